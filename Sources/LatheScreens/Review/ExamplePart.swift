internal import LatheVocabulary

/// An agent's recorded examples, as a person reads them before deciding.
enum ExamplePart {
    /// Of a reply's text, and of code: what is longer is cut, with where the whole is.
    private static let (textLines, codeLines) = (12, 60)

    /// Nil where there are none.
    static func part(_ item: ReviewItem, _ canvas: Canvas) -> ReviewPage.Part? {
        guard !item.examples.isEmpty else { return nil }
        let count = item.examples.count
        return ReviewPage.Part(
            title: count == 1 ? "its recorded example" : "its \(count) recorded examples",
            lines: item.examples.flatMap { lines($0, of: item.capability.name, canvas) })
    }

    private static func lines(_ example: AgentExample, of name: String, _ canvas: Canvas) -> [StyledLine] {
        var facts = [("task", example.task), ("data", example.data ?? "none")]
        if let expects = example.expects { facts.append(("expects", expects.text)) }
        if let recording = example.recording {
            facts.append(
                ("replies of", recording.model + (recording.session.isEmpty ? "" : ", session \(recording.session)")))
            facts.append(("result", recording.result.text))
        } else {
            facts.append(("recorded", "not yet"))
        }
        let head = canvas.wrap(canvas.text("example \(example.name)", .bold), indent: 2)
        let told = facts.flatMap { fact in
            canvas.wrap(
                canvas.text("\(fact.0): ", .dim) + canvas.text(TerminalText.joined(String(fact.1.prefix(1_000)))),
                indent: 2)
        }
        return head + told + (example.recording?.replies ?? []).flatMap { reply($0, example, name, canvas) }
    }

    private static func reply(
        _ one: AgentRecording.Reply, _ example: AgentExample, _ name: String, _ canvas: Canvas
    ) -> [StyledLine] {
        let place = one.place.depth > 1 ? " of \(one.place.path.dropFirst().joined(separator: "/"))" : ""
        let file = "fixtures/\(name)/example_\(example.name).replies.jsonl"
        let head = canvas.wrap(canvas.text("reply \(one.turn)\(place)", .dim), indent: 2)
        let text = one.reply.text.isEmpty ? [] : cut(TerminalText.lines(one.reply.text), textLines, file, canvas)
        let code = one.reply.calls.flatMap { call in
            cut(TerminalText.lines(call.code ?? call.rawArguments ?? ""), codeLines, file, canvas)
        }
        return head + text + code
    }

    private static func cut(_ lines: [String], _ most: Int, _ file: String, _ canvas: Canvas) -> [StyledLine] {
        let shown = lines.prefix(most).flatMap { canvas.source("  ", $0, []) }
        guard lines.count > most else { return shown }
        return shown + canvas.wrap(canvas.text("  … \(lines.count - most) more lines are in \(file)", .dim), indent: 2)
    }
}
