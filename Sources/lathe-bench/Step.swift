internal import LatheVocabulary

/// One thing to do and to measure.
struct Step: Sendable, Hashable {
    enum Name: String, Sendable {
        /// From nothing to the first result: a sandbox, its template, a kernel, the code.
        case start
        /// The code, `count` times in the session's kernel.
        case cells
        /// The code once, until all that it prints is kept; it must print `count` bytes.
        case output
        /// The code, which prints something and then never ends, from an interrupt to its result; `count` times.
        case interrupt
        /// One more kernel to its first result, after which it is gone.
        case kernel
        /// `count` more kernels at once, to the first result of the last.
        case kernels
        /// The same, and the kernels stay until `stop`.
        case keep
        /// The code in the session's kernel, without waiting for its end.
        case begin
        /// The code, `count` times in the kernel that was kept last.
        case beside
        /// The end of the cell that was begun, and the seconds that it took.
        case finish
        /// A frozen copy of the session's kernel, which replaces the last.
        case checkpoint
        /// A copy of that copy takes the kernel's place, to the result of the code; the checkpoint stays.
        case rollback
        /// The memory of the session's kernel on disk, from a copy; the kernel goes on.
        case save
        /// A new kernel with that memory, to the result of the code.
        case restore
        /// The end of everything that `start` began.
        case stop

        /// The library in the folder `code`, to the end of a first search; by `words` or by `meaning`, as `expected` says.
        case library
        /// A search of that library for the words `code`.
        case find
        /// What the file `code` says is remembered, by `words` or by `meaning`, to the end of a first search.
        case recollections
        /// A search of that for the words `code`, at the beginning of a `task` or as a `question`.
        case recall
        /// The tools of the file `code`, until all have vectors.
        case tools
        /// The `count` tools that fit the task `code` best, and how many of them it is told of.
        case fits

        /// A session with an engine and a journal, whose subtasks run the code and end; `expected` is `library` where it is that
        /// library which it searches.
        case open
        /// A cell that the user wrote, in that session.
        case execute
        /// The same however it ends, which is the step's value: `ok`, `error`, `interrupted` or `died`, then why. Above 0,
        /// `count` is the milliseconds after which the user stops it.
        case attempt
        /// The user undoes that session's last cell; the step's value is `undone`, or `refused: ` and why.
        case undo
        /// A new engine, conversation and kernel in the same session, whose template and journal stay.
        case renew
        /// The end of what `open` began.
        case close

        /// `count` durable events, one after the other; the same number from eight writers at once.
        case events, eventsAtOnce
        /// The events of `count` turns with one cell each.
        case turns
        /// Reading a session of `count` turns to what is needed to go on.
        case resume
    }

    var name: Name
    var code: String
    /// What the code must give: a measurement of something else is none. Empty where any value will do.
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

    /// What a cell gave, where it is what was expected.
    func checked(_ result: CellResult) throws(BenchError) -> String {
        let got = result.value?.text.head
        guard result.status == .ok, expected.isEmpty || got == expected else {
            throw BenchError("the code gave \(got ?? result.failure?.message ?? "nothing"), not \(expected)")
        }
        return got ?? ""
    }
}
