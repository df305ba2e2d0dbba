import Synchronization
import Testing

@testable import LatheScreens

struct ChatTests {
    private func entries(_ lines: [String]) -> [ChatEntry] {
        var assembler = ChatAssembler()
        return lines.compactMap { assembler.take($0) } + [assembler.end()]
    }

    @Test func `lines become entries; backslashes and fences go on`() {
        #expect(
            entries([
                "Why late?", "", "one \\", "two", "```", "a", "", "b", "```", "see", "/state", "/help", "/data/x.csv?",
            ]) == [
                .task("Why late?"), .task("one \ntwo"), .task("a\n\nb"), .task("see"), .state, .help,
                .task("/data/x.csv?"),
                .exit,
            ])
    }

    @Test func `an unknown command is told, and an open text is not lost at the end`() {
        #expect(
            entries(["/stat", "```", "half"]) == [
                .unknown("there is no command '/stat' (did you mean '/state'?); see /help"), .task("```\nhalf"),
            ])
    }

    @Test func `the prompt is shown to people alone, and Ctrl-C forgets what was begun`() async {
        let recorder = Recorder()
        let lines = Mutex(["one \\", "two", "three"][...])
        let input = ChatInput(output: recorder.output, prompts: true) { lines.withLock { $0.popFirst() } }
        #expect(await input.next() == .task("one \ntwo"))
        input.interrupt()
        #expect(await input.next() == .task("three"))
        #expect(await input.next() == .exit)
        #expect(await input.next() == .exit)
        #expect(recorder.text == "lathe> ... \nlathe> lathe> lathe> \n")
        let silent = Recorder()
        #expect(await ChatInput(output: silent.output, prompts: false, nextLine: { nil }).next() == .exit)
        #expect(silent.text == "")
    }

    @Test(arguments: [("y", true), ("YES ", true), ("", false), ("n", false), ("yess", false)])
    func `only a clear yes affirms`(line: String, expected: Bool) {
        let recorder = Recorder()
        let affirmed = Question.isAffirmed("Delete?", output: recorder.output, canAsk: true, nextLine: { line })
        #expect(affirmed == expected)
        #expect(recorder.text == "Delete? [y/N] ")
    }

    @Test func `where nobody can answer the answer is no`() {
        let recorder = Recorder()
        #expect(!Question.isAffirmed("Delete?", output: recorder.output, canAsk: false, nextLine: { "y" }))
        #expect(recorder.text == "Delete? Nobody can answer here; say --yes to go on.\n")
    }
}
