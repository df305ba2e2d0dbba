import LatheVocabulary
import Testing

@testable import LatheScreens

struct LiveScreenTests {
    private static let utf8 = ["LANG": "C.UTF-8", "TERM": "xterm"]

    private func screen(_ recorder: Recorder, _ environment: [String: String] = utf8) -> LiveScreen {
        LiveScreen(output: recorder.output, environment: environment, now: { recorder.now })
    }

    /// Time passes and the view is drawn.
    private func settle(_ screen: LiveScreen, _ recorder: Recorder, _ seconds: Double = 1) {
        recorder.wait(seconds)
        screen.tick()
    }

    @Test func `code being written stands above the status line`() {
        let recorder = Recorder(columns: 80)
        let screen = screen(recorder)
        screen.play([SampleRun.opened, SampleRun.task, SampleRun.turnStarted(1)])
        screen.play([SampleRun.code(1, "import pandas\nx = "), SampleRun.code(1, "1")])
        settle(screen, recorder)
        #expect(
            recorder.terminal.screen == [
                "lathe 0.1.0 · session flights · openai:m",
                "  flights  parquet  /d/flights.parquet",
                "  sandbox: bubblewrap; seccomp",
                "",
                "› Why late?",
                "turn 1  writing code  openai:m",
                "│ import pandas",
                "│ x = 1",
                "⠇ 0:01 · Ctrl-C stops",
            ])
        #expect(recorder.terminal.unknown == [])
    }

    @Test func `a finished cell scrolls up and stays, once`() {
        let recorder = Recorder(columns: 80)
        let screen = screen(recorder)
        screen.play([
            SampleRun.task, SampleRun.turnStarted(1), SampleRun.turnFinished(1, text: "I **look**."),
            SampleRun.cell(1, "print(1)"), SampleRun.printed(1, "10 %\r20 %\r"), SampleRun.printed(1, "30 %\nhalf"),
        ])
        settle(screen, recorder)
        #expect(
            recorder.terminal.screen == [
                "", "› Why late?", "", "I look.", "▸ cell 1  turn 1", "  │ print(1)",
                "turn 1  running cell 1  openai:m", "│ 30 %", "│ half",
                "⠇ 0:01 · $0.0025 · in 1.5k (500 cached) · out 200 · Ctrl-C stops",
            ])
        screen.play([SampleRun.cellDone(1, "30 %\nhalf")])
        settle(screen, recorder)
        #expect(
            recorder.terminal.screen.suffix(5) == [
                "  30 %", "  half", "  ✓ cell 1 ok, 0.50 s", "turn 1  thinking  openai:m",
                "⠦ 0:02 · $0.0025 · in 1.5k (500 cached) · out 200 · Ctrl-C stops",
            ])
        #expect(recorder.terminal.screen.filter { $0.contains("print(1)") }.count == 1)
    }

    @Test func `sixteen subtasks fit ten rows of forty columns`() {
        let recorder = Recorder(columns: 40, rows: 10)
        let screen = screen(recorder)
        screen.play([SampleRun.task, SampleRun.turnStarted(1), SampleRun.cell(1, "delegate()")])
        screen.play((1...16).map { SampleRun.subtask($0, "carrier \($0)") })
        screen.play([
            SampleRun.subtaskDone(1, "carrier 1"), SampleRun.subtaskDone(2, "carrier 2", .failed, "no result"),
        ])
        settle(screen, recorder)
        #expect(
            recorder.terminal.screen == [
                "", "▸ cell 1  turn 1", "  │ delegate()",
                "turn 1  running cell 1  openai:m",
                "subtasks  2 of 16 done, 1 failed",
                "  ⠇ carrier 3  turn 0/6  0  0:01  star…",
                "  ⠇ carrier 4  turn 0/6  0  0:01  star…",
                "  ⠇ carrier 5  turn 0/6  0  0:01  star…",
                "  … 13 more: 11 running, 1 failed, 1 c…",
                "⠇ 0:01 · Ctrl-C stops",
            ])
    }

    private func called(_ number: Int, _ tool: String, _ place: Place = .coordinator) -> EventBody {
        .hostCalled(
            HostCalled(
                cell: 1, call: number, name: "tool_call",
                arguments: ["server": "crm", "name": .string(tool), "arguments": [:]], slices: 0))
    }

    private func answered(_ number: Int, isError: Bool = false) -> EventBody {
        .hostAnswered(
            HostAnswered(
                call: number, name: "tool_call", value: ["result": ["is_error": .bool(isError), "content": []]]))
    }

    @Test func `calls of tools are counted while they run and stay as lines when their cell ends`() {
        let recorder = Recorder(columns: 80)
        let screen = screen(recorder)
        screen.play([SampleRun.task, SampleRun.turnStarted(1), SampleRun.cell(1, "go()")])
        screen.play([
            called(1, "add"), answered(1), called(2, "add"), answered(2, isError: true), called(3, "get\u{1B}[2J"),
        ])
        screen.play([called(1, "add")], at: .coordinator.child("UA"))
        settle(screen, recorder, 3)
        #expect(
            recorder.terminal.screen.suffix(5) == [
                "turn 1  running cell 1  openai:m",
                "tools  4 calls, 2 running, 1 failed",
                "  ⠼ crm/add      3 calls  0:03  1 failed",
                "  ⠼ crm/get␛[2J   1 call  0:03",
                "⠼ 0:03 · Ctrl-C stops",
            ])
        screen.play([answered(1)], at: .coordinator.child("UA"))
        screen.play([answered(3), SampleRun.cellDone(1)])
        settle(screen, recorder)
        #expect(recorder.terminal.screen.contains("tools  4 calls, 1 failed"))
        #expect(recorder.terminal.screen.filter { $0.contains("crm/add") }.count == 1)
        #expect(recorder.terminal.unknown == [])
    }

    @Test func `subtasks that all ended become lines that stay when their cell ends`() {
        let recorder = Recorder(columns: 80)
        let screen = screen(recorder)
        screen.play([SampleRun.task, SampleRun.cell(1, "go()"), SampleRun.subtask(1, "UA"), SampleRun.subtask(2, "OO")])
        screen.play([SampleRun.turnStarted(2), SampleRun.turnFinished(2)], at: .coordinator.child("UA"))
        screen.play([SampleRun.subtaskDone(1, "UA"), SampleRun.subtaskDone(2, "OO", .failed, "no \u{1B}[2Jresult")])
        screen.play([SampleRun.cellDone(1, "")])
        settle(screen, recorder)
        #expect(
            recorder.terminal.screen == [
                "", "› Why late?", "", "▸ cell 1", "  │ go()", "subtasks  2 of 2 done, 1 failed",
                "  ✓ UA  2 turns  1.0k  3.0 s",
                "  ✗ OO  2 turns  1.0k  3.0 s  no ␛[2Jresult",
                "  ✓ cell 1 ok, 0.50 s",
                "starting",
                "⠇ 0:01 · $0.0025 · in 1.5k (500 cached) · out 200 · Ctrl-C stops",
            ])
    }

    @Test func `the end leaves the answer and no trace of the view`() {
        let recorder = Recorder(columns: 80)
        let screen = screen(recorder)
        screen.play([
            SampleRun.opened, SampleRun.task, SampleRun.turnStarted(1), SampleRun.turnFinished(1, text: "# Late"),
        ])
        screen.play([.taskFinished(SampleRun.finished)])
        screen.finish()
        #expect(
            recorder.terminal.screen.dropFirst(5) == [
                "", "Late", "", "Mostly evenings.", "",
                "artifact    /s/artifacts/delays.png  Delays",
                "saved       function delay_profile (proposed)  generated-capabilities/functions/",
                "delay_profile.py",
                "tokens      in 3.0k (1.0k cached) · out 400",
                "cost        $0.0050",
                "complete    3 turns · 1 subtask · 12.0 s",
            ])
        #expect(recorder.terminal.cursor == (16, 0))
    }

    @Test func `a text without an answer is not lost when the turns are used up`() {
        let recorder = Recorder(columns: 80)
        let screen = screen(recorder)
        screen.play([SampleRun.task, SampleRun.turnStarted(1), SampleRun.turnFinished(1, text: "Almost there.")])
        screen.play([.taskFinished(TaskOutcome(status: .incomplete, reason: "the turns are used up", turns: 1))])
        #expect(recorder.terminal.screen.contains("Almost there."))
    }

    @Test func `words in place of an answer are shown once, and marked as none`() {
        let recorder = Recorder(columns: 80)
        let screen = screen(recorder)
        screen.play([SampleRun.task, SampleRun.turnStarted(1), SampleRun.turnFinished(1, text: "Almost there.")])
        screen.play([
            .taskFinished(TaskOutcome(status: .outOfBudget, partial: "Almost there.", reason: "no room", turns: 1))
        ])
        let text = recorder.terminal.screen.joined(separator: "\n")
        #expect(text.split(separator: "Almost there.", omittingEmptySubsequences: false).count == 2, "\(text)")
        #expect(text.contains("no answer; the model's last words"))
        #expect(text.contains("out of budget 1 turn"))
    }

    @Test func `at most fifteen drawings a second, and nothing that finished is lost`() {
        let recorder = Recorder(columns: 80, rows: 300)
        let screen = screen(recorder)
        screen.play([SampleRun.task])
        for number in 1...60 {
            screen.play([SampleRun.cell(number, "x = \(number)"), SampleRun.cellDone(number)])
            recorder.wait(1.0 / 60)
        }
        #expect(recorder.writes <= 17)
        screen.finish()
        for number in 1...60 { #expect(recorder.terminal.screen.contains("  │ x = \(number)")) }
    }

    @Test func `a cell of the user's own leaves its result and no view, and a late event is not lost`() {
        let recorder = Recorder(columns: 80)
        let screen = screen(recorder)
        screen.play([.cellStarted(Cell(number: 1, code: "1", author: .user))])
        settle(screen, recorder)
        #expect(recorder.terminal.screen == ["running cell 1", "⠇ 0:01 · Ctrl-C stops"])
        screen.play([SampleRun.cellDone(1, "7")])
        #expect(recorder.terminal.screen == ["  7", "  ✓ cell 1 ok, 0.50 s"])
        screen.play([SampleRun.task])
        screen.finish()
        screen.play([SampleRun.cell(2, "late()")])
        #expect(recorder.terminal.screen.suffix(4) == ["› Why late?", "", "▸ cell 2", "  │ late()"])
    }

    @Test func `an ASCII terminal without colour gets printable ASCII alone`() {
        let recorder = Recorder(columns: 60)
        let screen = screen(recorder, ["LANG": "C", "NO_COLOR": "1", "TERM": "vt100"])
        screen.play([
            SampleRun.opened, SampleRun.task, SampleRun.cell(1, "naïve = '航'"), SampleRun.cellDone(1, "\u{1B}[31m\r"),
        ])
        screen.play([SampleRun.subtask(1, "é"), .taskFinished(SampleRun.finished)])
        screen.finish()
        #expect(recorder.text.utf8.allSatisfy { $0 < 0x80 })
        #expect(!recorder.text.contains("\u{1B}[1m") && !recorder.text.contains("\u{1B}[3"))
        #expect(recorder.terminal.screen.contains("  | na\\u{ef}ve = '\\u{822a}'"))
        #expect(recorder.terminal.screen.contains("  \\e[31m\\r"))
    }

    @Test func `every line of the view is narrower than the terminal`() {
        for columns in [20, 33, 40, 80] {
            let recorder = Recorder(columns: columns, rows: 12)
            let screen = screen(recorder)
            screen.play([SampleRun.opened, SampleRun.task, SampleRun.turnStarted(1)])
            screen.play([SampleRun.code(1, String(repeating: "航空 é👩‍👩‍👧 ", count: 40))])
            screen.play((1...5).map { SampleRun.subtask($0, "a subtask with a long label \($0)") })
            settle(screen, recorder)
            let before = recorder.terminal.scrolled.count
            for _ in 1...20 { settle(screen, recorder) }
            #expect(recorder.terminal.scrolled.count == before, "the view scrolled at \(columns) columns")
        }
    }
}
