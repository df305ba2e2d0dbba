internal import LatheVocabulary

/// Reads a `Decodable` value out of a `JSONValue` that the strict parser made.
struct JSONValueDecoder {
    func decode<T: Decodable>(_ type: T.Type, from value: JSONValue) throws -> T {
        try ValueDecoder(value: value, codingPath: []).read(type)
    }

    /// Decodes through a function that reads from a decoder, for values that are not `Decodable` themselves.
    func decode<T>(from value: JSONValue, with read: (any Decoder) throws -> T) throws -> T {
        try read(ValueDecoder(value: value, codingPath: []))
    }
}

private struct ValueDecoder: Decoder {
    let value: JSONValue
    let codingPath: [any CodingKey]
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func read<T: Decodable>(_ type: T.Type) throws -> T {
        if let whole = value as? T { return whole }
        if let primitive = primitive(type) {
            guard let fitting = primitive as? T else { throw mismatch(type) }
            return fitting
        }
        if isPrimitive(type) { throw mismatch(type) }
        return try T(from: self)
    }

    private func isPrimitive(_ type: Any.Type) -> Bool {
        type == String.self || type == Bool.self || type is any FixedWidthInteger.Type
            || type is any BinaryFloatingPoint.Type
    }

    /// The value as a string, a flag or a number of that type; nil where it is none. A fraction is never a whole number.
    private func primitive(_ type: Any.Type) -> Any? {
        switch value {
        case .string(let text): type == String.self ? text : nil
        case .bool(let flag): type == Bool.self ? flag : nil
        case .integer(let whole): integer(whole, as: type) ?? floatingPoint(Double(whole), as: type)
        case .number(let number): floatingPoint(number, as: type)
        case .null, .array, .object: nil
        }
    }

    private func integer(_ whole: Int, as type: Any.Type) -> Any? {
        (type as? any FixedWidthInteger.Type).flatMap { $0.init(exactly: whole) }
    }

    private func floatingPoint(_ number: Double, as type: Any.Type) -> Any? {
        (type as? any BinaryFloatingPoint.Type).map { $0.init(number) }
    }

    func mismatch(_ type: Any.Type) -> DecodingError {
        let path = codingPath.map(\.stringValue).joined(separator: ".")
        let reason = "'\(path)' is not a \(type)"
        return .typeMismatch(type, DecodingError.Context(codingPath: codingPath, debugDescription: reason))
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        guard let members = value.objectValue else { throw mismatch([String: JSONValue].self) }
        return KeyedDecodingContainer(KeyedValues<Key>(members: members, codingPath: codingPath))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        guard let items = value.arrayValue else { throw mismatch([JSONValue].self) }
        return UnkeyedValues(items: items, codingPath: codingPath)
    }

    func singleValueContainer() -> any SingleValueDecodingContainer { SingleValue(decoder: self) }
}

private struct KeyedValues<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let members: [String: JSONValue]
    let codingPath: [any CodingKey]
    var allKeys: [Key] { members.keys.compactMap { Key(stringValue: $0) } }

    func contains(_ key: Key) -> Bool { members[key.stringValue] != nil }
    func decodeNil(forKey key: Key) throws -> Bool { try decoder(key).value == .null }
    func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T { try decoder(key).read(type) }

    /// A present null is an absent value, but for `JSONValue` it is the value null.
    func decodeIfPresent<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T? {
        guard let value = members[key.stringValue], type == JSONValue.self || value != .null else { return nil }
        return try decoder(key).read(type)
    }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<Nested> {
        try decoder(key).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        try decoder(key).unkeyedContainer()
    }

    func superDecoder() throws -> any Decoder { ValueDecoder(value: .object(members), codingPath: codingPath) }
    func superDecoder(forKey key: Key) throws -> any Decoder { try decoder(key) }

    private func decoder(_ key: Key) throws -> ValueDecoder {
        guard let value = members[key.stringValue] else {
            let context = DecodingError.Context(
                codingPath: codingPath, debugDescription: "'\(key.stringValue)' is missing")
            throw DecodingError.keyNotFound(key, context)
        }
        return ValueDecoder(value: value, codingPath: codingPath + [key])
    }
}

private struct UnkeyedValues: UnkeyedDecodingContainer {
    let items: [JSONValue]
    let codingPath: [any CodingKey]
    var currentIndex = 0

    init(items: [JSONValue], codingPath: [any CodingKey]) {
        self.items = items
        self.codingPath = codingPath
    }

    var count: Int? { items.count }
    var isAtEnd: Bool { currentIndex >= items.count }

    mutating func decodeNil() throws -> Bool {
        guard !isAtEnd, items[currentIndex] == .null else { return false }
        currentIndex += 1
        return true
    }

    mutating func decode<T: Decodable>(_ type: T.Type) throws -> T {
        let item = try next().read(type)
        currentIndex += 1
        return item
    }

    mutating func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type
    ) throws -> KeyedDecodingContainer<Nested> {
        let nested = try next().container(keyedBy: type)
        currentIndex += 1
        return nested
    }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
        let nested = try next().unkeyedContainer()
        currentIndex += 1
        return nested
    }

    mutating func superDecoder() throws -> any Decoder {
        let decoder = try next()
        currentIndex += 1
        return decoder
    }

    private func next() throws -> ValueDecoder {
        guard !isAtEnd else {
            let context = DecodingError.Context(codingPath: codingPath, debugDescription: "the list is too short")
            throw DecodingError.valueNotFound(JSONValue.self, context)
        }
        return ValueDecoder(value: items[currentIndex], codingPath: codingPath)
    }
}

private struct SingleValue: SingleValueDecodingContainer {
    let decoder: ValueDecoder
    var codingPath: [any CodingKey] { decoder.codingPath }

    func decodeNil() -> Bool { decoder.value == .null }
    func decode<T: Decodable>(_ type: T.Type) throws -> T { try decoder.read(type) }
}
