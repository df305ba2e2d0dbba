package import LatheVocabulary

/// Checks a value against the subset of JSON Schema that `returns` may use.
///
/// Known keywords: type (one or several), properties, required, additionalProperties (false or a schema), items, enum, anyOf,
/// minimum, maximum, description; beside JSON's types, `table` and `ndarray` are data that travels as such. A schema with any other keyword is refused, so that nothing is silently not checked.
package struct ReturnsSchema: Sendable, Hashable {
    package let schema: JSONValue

    /// Whether data is asked for anywhere in it, which only code in a kernel can give.
    package var wantsData: Bool { Self.wantsData(schema) }

    private static func wantsData(_ schema: JSONValue) -> Bool {
        if typeNames(schema.objectValue ?? [:]).contains(where: { DataDescription.Kind(rawValue: $0) != nil }) {
            return true
        }
        let parts = [schema["items"], schema["additionalProperties"]].compactMap(\.self)
        let more = (schema["anyOf"]?.arrayValue ?? []) + (schema["properties"]?.objectValue ?? [:]).values
        return (parts + more).contains(where: wantsData)
    }

    private static let keywords: Set<String> = [
        "type", "properties", "required", "additionalProperties", "items", "enum", "anyOf", "minimum", "maximum",
        "description", "title",
    ]
    private static let types: Set<String> = [
        "null", "boolean", "integer", "number", "string", "array", "object", "table", "ndarray",
    ]

    /// Takes a schema after checking that all of it is understood. Returns the reason where it is not.
    package static func checked(_ schema: JSONValue) -> Result<ReturnsSchema, RefusedSchema> {
        if let reason = refusal(of: schema, at: "returns", depth: 0) { return .failure(RefusedSchema(reason: reason)) }
        return .success(ReturnsSchema(schema: schema))
    }

    package struct RefusedSchema: Error, Sendable, Hashable {
        package var reason: String
    }

    /// Why `value` does not fit, one sentence for each misfit, at most ten; empty where it does.
    package func misfits(of value: JSONValue) -> [String] {
        var found: [String] = []
        check(value, schema, at: "result", into: &found)
        return found
    }

    private static func refusal(of schema: JSONValue, at path: String, depth: Int) -> String? {
        guard let members = schema.objectValue else { return "\(path) is not a JSON Schema object" }
        guard depth < 12 else { return "\(path) is nested too deeply" }
        for key in members.keys.sorted() where !keywords.contains(key) {
            return "\(path) uses the keyword '\(key)', which is not supported"
        }
        for type in typeNames(members) where !types.contains(type) {
            return "\(path) names the unknown type '\(type)'"
        }
        var parts: [(String, JSONValue)] = (members["properties"]?.objectValue ?? [:]).map { ("\(path).\($0)", $1) }
        if let items = members["items"] { parts.append(("\(path)[]", items)) }
        for option in members["anyOf"]?.arrayValue ?? [] { parts.append(("\(path) (anyOf)", option)) }
        if let extra = members["additionalProperties"], extra.boolValue == nil { parts.append(("\(path).*", extra)) }
        for (name, part) in parts.sorted(by: { $0.0 < $1.0 }) {
            if let reason = refusal(of: part, at: name, depth: depth + 1) { return reason }
        }
        return nil
    }

    private static func typeNames(_ members: [String: JSONValue]) -> [String] {
        if let one = members["type"]?.stringValue { return [one] }
        return members["type"]?.arrayValue?.compactMap(\.stringValue) ?? []
    }

    private func check(_ value: JSONValue, _ schema: JSONValue, at path: String, into found: inout [String]) {
        guard found.count < 10, let members = schema.objectValue else { return }
        let types = Self.typeNames(members)
        guard types.isEmpty || types.contains(where: { value.fits($0) }) else {
            found.append("\(path) must be \(types.joined(separator: " or ")), not \(value.typeName)")
            return
        }
        if let allowed = members["enum"]?.arrayValue, !allowed.contains(value) {
            found.append("\(path) must be one of \(allowed.prefix(12).map(\.text).joined(separator: ", "))")
        }
        checkRange(value, members, at: path, into: &found)
        if let options = members["anyOf"]?.arrayValue { checkAny(value, options, at: path, into: &found) }
        if let items = value.arrayValue, let schema = members["items"] {
            for (index, item) in items.enumerated() { check(item, schema, at: "\(path)[\(index)]", into: &found) }
        }
        if value.data == nil, let object = value.objectValue { checkMembers(object, members, at: path, into: &found) }
    }

    private func checkRange(
        _ value: JSONValue, _ schema: [String: JSONValue], at path: String, into found: inout [String]
    ) {
        guard let number = value.numberValue else { return }
        if let least = schema["minimum"]?.numberValue, number < least {
            found.append("\(path) must be at least \(least), not \(number)")
        }
        if let most = schema["maximum"]?.numberValue, number > most {
            found.append("\(path) must be at most \(most), not \(number)")
        }
    }

    private func checkAny(_ value: JSONValue, _ options: [JSONValue], at path: String, into found: inout [String]) {
        let fits = options.contains { option in
            var misfits: [String] = []
            check(value, option, at: path, into: &misfits)
            return misfits.isEmpty
        }
        if !fits { found.append("\(path) fits none of the \(options.count) alternatives") }
    }

    private func checkMembers(
        _ object: [String: JSONValue], _ schema: [String: JSONValue], at path: String, into found: inout [String]
    ) {
        let properties = schema["properties"]?.objectValue ?? [:]
        for name in schema["required"]?.arrayValue?.compactMap(\.stringValue) ?? [] where object[name] == nil {
            found.append("\(path) lacks '\(name)'")
        }
        for (name, member) in object.sorted(by: { $0.key < $1.key }) {
            if let property = properties[name] {
                check(member, property, at: "\(path).\(name)", into: &found)
            } else if schema["additionalProperties"] == .bool(false) {
                found.append("\(path) has '\(name)', which is not asked for")
            } else if let extra = schema["additionalProperties"], extra.objectValue != nil {
                check(member, extra, at: "\(path).\(name)", into: &found)
            }
        }
    }
}

extension JSONValue {
    var typeName: String {
        switch self {
        case .null: "null"
        case .bool: "boolean"
        case .integer: "integer"
        case .number: "number"
        case .string: "string"
        case .array: "array"
        case .object: dataKind?.rawValue ?? "object"
        }
    }

    fileprivate func fits(_ type: String) -> Bool {
        type == "number" ? numberValue != nil : type == "integer" ? integerValue != nil : type == typeName
    }
}
