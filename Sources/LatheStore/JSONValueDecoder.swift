internal import LatheVocabulary

/// Reads a `Decodable` value out of a `JSONValue` that the strict parser made.
///
/// A journal of thousands of turns is read with it, so what nearly every field is has a way of its own, and the path that an
/// error names is put together when there is one.
struct JSONValueDecoder {
    func decode<T: Decodable>(_ type: T.Type, from value: JSONValue) throws -> T {
        try ValueDecoder(value: value).read(type)
    }

    /// Decodes through a function that reads from a decoder, for values that are not `Decodable` themselves.
    func decode<T>(from value: JSONValue, with read: (any Decoder) throws -> T) throws -> T {
        try read(ValueDecoder(value: value))
    }
}

/// Where in a value a decoder stands. A class, so that going deeper copies nothing.
private final class ValuePath {
    let key: any CodingKey
    let parent: ValuePath?

    init(_ key: any CodingKey, below parent: ValuePath?) {
        (self.key, self.parent) = (key, parent)
    }

    var keys: [any CodingKey] { (parent?.keys ?? []) + [key] }
}

private struct ValueDecoder: Decoder {
    let value: JSONValue
    var path: ValuePath?
    var codingPath: [any CodingKey] { path?.keys ?? [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func read<T: Decodable>(_ type: T.Type) throws -> T {
        if type == JSONValue.self, let whole = value as? T { return whole }
        guard let primitive = PrimitiveForm(type) else { return try T(from: self) }
        guard let fitting = primitive.read(value) as? T else { throw mismatch(type) }
        return fitting
    }

    func mismatch(_ type: Any.Type) -> DecodingError {
        let name = codingPath.map(\.stringValue).joined(separator: ".")
        let reason = "'\(name)' is not a \(type)"
        return .typeMismatch(type, DecodingError.Context(codingPath: codingPath, debugDescription: reason))
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        guard case .object(let members) = value else { throw mismatch([String: JSONValue].self) }
        return KeyedDecodingContainer(KeyedValues<Key>(members: members, path: path))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        guard case .array(let items) = value else { throw mismatch([JSONValue].self) }
        return UnkeyedValues(items: items, path: path)
    }

    func singleValueContainer() -> any SingleValueDecodingContainer { SingleValue(decoder: self) }
}

/// How a type that JSON itself has is read; nil for all others. A fraction is never a whole number.
private enum PrimitiveForm {
    case text, flag
    case whole(any FixedWidthInteger.Type)
    case fraction(any BinaryFloatingPoint.Type)

    init?(_ type: Any.Type) {
        if type == String.self {
            self = .text
        } else if type == Bool.self {
            self = .flag
        } else if let type = type as? any FixedWidthInteger.Type {
            self = .whole(type)
        } else if let type = type as? any BinaryFloatingPoint.Type {
            self = .fraction(type)
        } else {
            return nil
        }
    }

    func read(_ value: JSONValue) -> Any? {
        switch (self, value) {
        case (.text, .string(let text)): text
        case (.flag, .bool(let flag)): flag
        case (.whole(let type), .integer(let whole)): type.init(exactly: whole)
        case (.fraction(let type), .integer(let whole)): type.init(Double(whole))
        case (.fraction(let type), .number(let number)): type.init(number)
        default: nil
        }
    }
}

private struct KeyedValues<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let members: [String: JSONValue]
    let path: ValuePath?
    var codingPath: [any CodingKey] { path?.keys ?? [] }
    var allKeys: [Key] { members.keys.compactMap { Key(stringValue: $0) } }

    func contains(_ key: Key) -> Bool { members[key.stringValue] != nil }
    func decodeNil(forKey key: Key) throws -> Bool { try value(key) == .null }
    func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T { try decoder(key).read(type) }

    /// A present null is an absent value, but for `JSONValue` it is the value null.
    func decodeIfPresent<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T? {
        guard let value = members[key.stringValue] else { return nil }
        if case .null = value, type != JSONValue.self { return nil }
        return try decoder(key, value).read(type)
    }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<Nested> {
        try decoder(key).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        try decoder(key).unkeyedContainer()
    }

    func superDecoder() throws -> any Decoder { ValueDecoder(value: .object(members), path: path) }
    func superDecoder(forKey key: Key) throws -> any Decoder { try decoder(key) }

    private func value(_ key: Key) throws -> JSONValue {
        guard let value = members[key.stringValue] else {
            let context = DecodingError.Context(
                codingPath: codingPath, debugDescription: "'\(key.stringValue)' is missing")
            throw DecodingError.keyNotFound(key, context)
        }
        return value
    }

    private func decoder(_ key: Key) throws -> ValueDecoder { decoder(key, try value(key)) }

    private func decoder(_ key: Key, _ value: JSONValue) -> ValueDecoder {
        ValueDecoder(value: value, path: ValuePath(key, below: path))
    }
}

extension KeyedValues {
    // What most fields are.

    func decode(_ type: String.Type, forKey key: Key) throws -> String {
        guard case .string(let text) = try value(key) else { throw try decoder(key).mismatch(type) }
        return text
    }

    func decode(_ type: Int.Type, forKey key: Key) throws -> Int {
        guard case .integer(let whole) = try value(key) else { throw try decoder(key).mismatch(type) }
        return whole
    }

    func decode(_ type: Bool.Type, forKey key: Key) throws -> Bool {
        guard case .bool(let flag) = try value(key) else { throw try decoder(key).mismatch(type) }
        return flag
    }

    func decode(_ type: Double.Type, forKey key: Key) throws -> Double {
        switch try value(key) {
        case .integer(let whole): return Double(whole)
        case .number(let number): return number
        default: throw try decoder(key).mismatch(type)
        }
    }
}

private struct UnkeyedValues: UnkeyedDecodingContainer {
    let items: [JSONValue]
    let path: ValuePath?
    var codingPath: [any CodingKey] { path?.keys ?? [] }
    var currentIndex = 0

    init(items: [JSONValue], path: ValuePath?) {
        self.items = items
        self.path = path
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
        return ValueDecoder(value: items[currentIndex], path: path)
    }
}

private struct SingleValue: SingleValueDecodingContainer {
    let decoder: ValueDecoder
    var codingPath: [any CodingKey] { decoder.codingPath }

    func decodeNil() -> Bool { decoder.value == .null }
    func decode<T: Decodable>(_ type: T.Type) throws -> T { try decoder.read(type) }
}
