internal import LatheVocabulary

/// Turns an `Encodable` value into a `JSONValue`, keeping what a round trip through Foundation loses: `1.0` stays a
/// fraction, and an explicit null stays one.
struct JSONValueEncoder {
    func encode(_ value: some Encodable) throws -> JSONValue {
        let node = Node()
        try node.store(value)
        return node.value
    }

    /// Encodes through a function that writes to an encoder, for values that are not `Encodable` themselves.
    func encode(with write: (any Encoder) throws -> Void) throws -> JSONValue {
        let node = Node()
        try write(NodeEncoder(node: node))
        return node.value
    }
}

/// A place in the tree under construction. A class, because containers stay usable after their parent wrote on.
private final class Node {
    enum Content {
        case leaf(JSONValue)
        case array([Node])
        case object([String: Node])
    }

    var content = Content.leaf(.null)

    var value: JSONValue {
        switch content {
        case .leaf(let value): value
        case .array(let items): .array(items.map(\.value))
        case .object(let members): .object(members.mapValues(\.value))
        }
    }

    func store(_ value: some Encodable) throws {
        switch value {
        case let value as JSONValue: content = .leaf(value)
        case let value as String: content = .leaf(.string(value))
        case let value as Bool: content = .leaf(.bool(value))
        case let value as Double: content = .leaf(try number(value))
        case let value as Float: content = .leaf(try number(Double(value)))
        case let value as any BinaryInteger:
            guard let whole = Int(exactly: value) else { throw unspeakable("\(value) does not fit 64 bits") }
            content = .leaf(.integer(whole))
        default: try value.encode(to: NodeEncoder(node: self))
        }
    }

    func child(_ key: any CodingKey) -> Node {
        let child = Node()
        if case .object(var members) = content {
            content = .leaf(.null)
            members[key.stringValue] = child
            content = .object(members)
        } else {
            content = .object([key.stringValue: child])
        }
        return child
    }

    func appendChild() -> Node {
        let child = Node()
        if case .array(var items) = content {
            content = .leaf(.null)
            items.append(child)
            content = .array(items)
        } else {
            content = .array([child])
        }
        return child
    }

    private func number(_ value: Double) throws -> JSONValue {
        guard value.isFinite else { throw unspeakable("\(value) is not a JSON number") }
        return .number(value)
    }

    private func unspeakable(_ reason: String) -> EncodingError {
        EncodingError.invalidValue(reason, EncodingError.Context(codingPath: [], debugDescription: reason))
    }
}

private struct NodeEncoder: Encoder {
    let node: Node
    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        if case .object = node.content {} else { node.content = .object([:]) }
        return KeyedEncodingContainer(KeyedNodes<Key>(node: node))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        if case .array = node.content {} else { node.content = .array([]) }
        return UnkeyedNodes(node: node)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer { SingleNode(node: node) }
}

private struct KeyedNodes<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let node: Node
    var codingPath: [any CodingKey] { [] }

    func encodeNil(forKey key: Key) { node.child(key).content = .leaf(.null) }
    func encode<T: Encodable>(_ value: T, forKey key: Key) throws { try node.child(key).store(value) }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) -> KeyedEncodingContainer<Nested> {
        NodeEncoder(node: node.child(key)).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        NodeEncoder(node: node.child(key)).unkeyedContainer()
    }

    func superEncoder() -> any Encoder { NodeEncoder(node: node) }
    func superEncoder(forKey key: Key) -> any Encoder { NodeEncoder(node: node.child(key)) }
}

private struct UnkeyedNodes: UnkeyedEncodingContainer {
    let node: Node
    var codingPath: [any CodingKey] { [] }
    var count: Int { if case .array(let items) = node.content { items.count } else { 0 } }

    func encodeNil() { node.appendChild().content = .leaf(.null) }
    func encode<T: Encodable>(_ value: T) throws { try node.appendChild().store(value) }

    func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
        NodeEncoder(node: node.appendChild()).container(keyedBy: type)
    }

    func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
        NodeEncoder(node: node.appendChild()).unkeyedContainer()
    }

    func superEncoder() -> any Encoder { NodeEncoder(node: node.appendChild()) }
}

private struct SingleNode: SingleValueEncodingContainer {
    let node: Node
    var codingPath: [any CodingKey] { [] }

    func encodeNil() { node.content = .leaf(.null) }
    func encode<T: Encodable>(_ value: T) throws { try node.store(value) }
}
