internal import LatheVocabulary

/// One thing to do and to measure.
struct Step: Sendable, Hashable {
    enum Name: String, Sendable {
        /// From nothing to the first result: a sandbox, its template, a kernel, the code.
        case start
        /// The code, `count` times in the session's kernel.
        case cells
        /// One more kernel to its first result, after which it is gone.
        case kernel
        /// `count` more kernels at once, to the first result of the last.
        case kernels
        /// The end of everything that `start` began.
        case stop
    }

    var name: Name
    var code: String
    /// What the code must give: a measurement of something else is none.
    var expected: String
    var count: Int

    init(parsing line: String) throws(BenchError) {
        guard let fields = try? JSONValue(parsing: line),
            let name = fields["step"]?.stringValue.flatMap(Name.init(rawValue:))
        else { throw BenchError("this is not a step: \(line)") }
        self.name = name
        code = fields["code"]?.stringValue ?? ""
        expected = fields["expected"]?.stringValue ?? ""
        count = fields["count"]?.integerValue ?? 1
    }
}
