/// What became of the subtasks of one version of an agent on this machine, by its newest ones.
package struct AgentHealth: Sendable, Hashable {
    package struct Failure: Sendable, Hashable {
        /// Seconds since 1970-01-01 UTC.
        package var time: Double
        /// How it ended, such as `stuck`, or the exception of a hook.
        package var error: String

        package init(time: Double, error: String) {
            self.time = time
            self.error = error
        }
    }

    /// Subtasks that say something of it, and those of them that completed.
    package var judged: Int
    package var completed: Int
    /// Subtasks that a budget, an interrupt, a model or a kernel ended.
    package var excused: Int
    /// The share of completed ones is above this with a probability of 95 %; nil where nothing says anything.
    package var least: Double?
    /// Seconds of a subtask in the median; nil where there is none.
    package var median: Double?
    /// When the newest ended; nil where it was never used.
    package var last: Double?
    package var lastFailure: Failure?
    /// Why it is not chosen; nil for one that may be.
    package var unhealthy: String?

    package init(
        judged: Int = 0, completed: Int = 0, excused: Int = 0, least: Double? = nil, median: Double? = nil,
        last: Double? = nil, lastFailure: Failure? = nil, unhealthy: String? = nil
    ) {
        self.judged = judged
        self.completed = completed
        self.excused = excused
        self.least = least
        self.median = median
        self.last = last
        self.lastFailure = lastFailure
        self.unhealthy = unhealthy
    }

    /// In a few words: `8 of 9 completed, 41 s in the median, last failure 2026-11-20 (stuck)`.
    package var text: String {
        guard judged > 0 else { return excused > 0 ? "nothing says anything of it yet" : "not used yet" }
        var words = ["\(completed) of \(judged) completed"]
        if let median { words.append("\(Self.seconds(median)) in the median") }
        if let lastFailure { words.append("last failure \(Day.of(lastFailure.time)) (\(lastFailure.error))") }
        return (unhealthy == nil ? "" : "unhealthy: ") + words.joined(separator: ", ")
    }

    private static func seconds(_ seconds: Double) -> String {
        let tenths = Int((seconds * 10).rounded())
        return seconds < 10 ? "\(tenths / 10).\(tenths % 10) s" : "\(Int(seconds.rounded())) s"
    }

    package var json: JSONValue {
        [
            "judged": .integer(judged), "completed": .integer(completed), "excused": .integer(excused),
            "least": least.map { .number($0) } ?? .null, "median": median.map { .number($0) } ?? .null,
            "last": last.map { .number($0) } ?? .null,
            "last_failure": lastFailure.map { ["time": .number($0.time), "error": .string($0.error)] } ?? .null,
            "unhealthy": unhealthy.map { .string($0) } ?? .null, "text": .string(text),
        ]
    }

    /// Reads it back; what is missing or of another form counts as not known.
    package init(_ value: JSONValue?) {
        let failure = value?["last_failure"]
        self.init(
            judged: value?["judged"]?.integerValue ?? 0, completed: value?["completed"]?.integerValue ?? 0,
            excused: value?["excused"]?.integerValue ?? 0, least: value?["least"]?.numberValue,
            median: value?["median"]?.numberValue, last: value?["last"]?.numberValue,
            lastFailure: failure?["time"]?.numberValue.map {
                Failure(time: $0, error: failure?["error"]?.stringValue ?? "")
            }, unhealthy: value?["unhealthy"]?.stringValue)
    }
}
