import LatheVocabulary

/// Reads members of a configuration, each failure naming where it stands.
enum ConfigurationReader {
    static func object(_ value: JSONValue?, _ path: String) throws(ModelSetupError) -> [(String, JSONValue)] {
        guard let value else { return [] }
        guard let members = value.objectValue else { throw wrong(path, "an object") }
        return members.sorted { $0.key < $1.key }
    }

    static func text(_ value: JSONValue, _ path: String) throws(ModelSetupError) -> String {
        guard let text = value.stringValue else { throw wrong(path, "a text") }
        return text
    }

    static func flag(_ value: JSONValue, _ path: String) throws(ModelSetupError) -> Bool {
        guard let flag = value.boolValue else { throw wrong(path, "true or false") }
        return flag
    }

    static func positive(_ value: JSONValue, _ path: String) throws(ModelSetupError) -> Int {
        guard let number = value.integerValue, number > 0 else { throw wrong(path, "a whole number above 0") }
        return number
    }

    /// A number that is at least 0 and at most a million: a price or a count of seconds.
    static func amount(_ value: JSONValue, _ path: String) throws(ModelSetupError) -> Double {
        guard let number = value.numberValue, number >= 0, number <= 1_000_000 else {
            throw wrong(path, "a number from 0 to 1000000")
        }
        return number
    }

    static func unknown(_ path: String, _ known: [String]) -> ModelSetupError {
        ModelSetupError(
            .badConfiguration,
            "\(PlainText.line(path)) is no setting of models. Known here: \(known.joined(separator: ", "))."
        )
    }

    private static func wrong(_ path: String, _ expected: String) -> ModelSetupError {
        ModelSetupError(.badConfiguration, "\(PlainText.line(path)) must be \(expected).")
    }
}
