import LatheVocabulary

/// How long an exchange may make no headway, in seconds.
package struct HTTPTimeouts: Sendable, Hashable {
    /// Until the connection stands and the request is on its way.
    package var connect: Double
    /// From there until the first byte of the reply's body.
    package var firstByte: Double
    /// Between two pieces of the body.
    package var idle: Double

    package init(connect: Double = 15, firstByte: Double = 180, idle: Double = 120) {
        self.connect = connect
        self.firstByte = firstByte
        self.idle = idle
    }

    /// For models on this machine's processors, which read long prompts for minutes.
    package static let patient = HTTPTimeouts(connect: 10, firstByte: 900, idle: 300)
}

extension HTTPTimeouts {
    init(parsing value: JSONValue, at path: String) throws(ModelSetupError) {
        self.init()
        for (key, member) in try ConfigurationReader.object(value, path) {
            let seconds = try ConfigurationReader.amount(member, "\(path).\(key)")
            guard seconds > 0 else {
                throw ModelSetupError(.badConfiguration, "\(PlainText.line(path)).\(key) must be above 0.")
            }
            switch key {
            case "connect": connect = seconds
            case "firstByte": firstByte = seconds
            case "idle": idle = seconds
            default: throw ConfigurationReader.unknown("\(path).\(key)", ["connect", "firstByte", "idle"])
            }
        }
    }
}
