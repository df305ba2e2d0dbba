import Foundation
import LatheVocabulary
import Testing

@testable import LatheScreens

struct LineScreenTests {
    @Test func `a pipe gets one line for each thing that happened, then the answer as it is`() {
        let recorder = Recorder()
        let screen = screen(for: .screen, output: recorder.output, environment: ["TERM": "xterm"])
        screen.play([
            SampleRun.opened, SampleRun.task, SampleRun.turnStarted(1), SampleRun.code(1, "x"),
            SampleRun.turnFinished(1),
            SampleRun.cell(1, "import os\nprint(2)"), SampleRun.printed(1, "2"),
            SampleRun.cellDone(1, "2\n\u{1B}[31m\n"),
            .notice(Notice(.warning, "slow")), SampleRun.subtask(1, "UA"),
            SampleRun.subtaskDone(1, "UA", .failed, "no result"),
            .capabilitySaved(SavedCapability(capability: SampleRun.capability, replaced: false)),
            .taskFinished(SampleRun.finished),
        ])
        screen.finish()
        #expect(
            recorder.text == """
                session flights: lathe 0.1.0, model openai:m
                input flights: parquet, /d/flights.parquet
                sandbox: bubblewrap, seccomp
                coordinator task: Why late?
                coordinator turn 1 started: openai:m
                coordinator turn 1 finished: 1.2 s, in 1.5k (500 cached) · out 200
                coordinator cell 1 started: 2 lines: import os … (1 more line)
                coordinator cell 1 ok: 0.50 s
                coordinator cell 1 stdout: 2
                coordinator cell 1 stdout: ␛[31m
                warning: slow
                coordinator subtask UA started: look at UA
                coordinator subtask UA failed: 2 turns, 1.0k tokens, 3.0 s: no result
                coordinator saved function delay_profile (proposed): generated-capabilities/functions/delay_profile.py

                # Late

                Mostly **evenings**.

                artifact    /s/artifacts/delays.png  Delays
                saved       function delay_profile (proposed)  generated-capabilities/functions/delay_profile.py
                tokens      in 3.0k (1.0k cached) · out 400
                cost        $0.0050
                complete    3 turns · 1 subtask · 12.0 s

                """)
    }

    @Test func `a dumb terminal gets plain lines without any sequence`() {
        let recorder = Recorder(columns: 80)
        let screen = screen(for: .screen, output: recorder.output, environment: ["TERM": "dumb", "LANG": "C.UTF-8"])
        screen.play([SampleRun.opened, SampleRun.task, .taskFinished(SampleRun.finished)])
        #expect(!recorder.text.contains("\u{1B}") && recorder.text.contains("complete    3 turns"))
    }

    @Test func `JSON is one event a line, as in the journal, without the text of requests`() throws {
        let recorder = Recorder()
        let screen = screen(for: .json, output: recorder.output, environment: [:])
        let bodies = [SampleRun.opened, SampleRun.turnStarted(1), SampleRun.cellDone(1, "a\n\u{1B}\u{9B}\u{202E}b")]
        screen.play(bodies)
        let lines = recorder.text.split(separator: "\n").map(String.init)
        #expect(lines.count == 3)
        #expect(
            lines[1] == #"{"data":{"model":"openai:m","request":{"characters":15,"messages":1},"turn":1},"#
                + #""place":"coordinator","sequence":2,"time":1000.0,"type":"turn_started"}"#)
        #expect(!recorder.text.contains("SECRET"))
        #expect(lines[2].contains(#"a\n\u001b\u009b\u202eb"#))
        for index in [0, 2] {
            let event = try JSONDecoder().decode(Event.self, from: Data(lines[index].utf8))
            #expect(event == Event(sequence: index + 1, time: 1_000, place: .coordinator, body: bodies[index]))
        }
    }

    @Test func `quiet is the answer alone, and why it is not whole on standard error`() {
        let (out, errors) = (Recorder(), Recorder())
        let screen = screen(for: .quiet, output: out.output, errors: errors.output, environment: [:])
        screen.play([SampleRun.opened, SampleRun.task, SampleRun.cell(1, "x"), SampleRun.cellDone(1, "hidden")])
        screen.play([.taskFinished(TaskOutcome(status: .incomplete, answer: "So \u{1B}c far", reason: "turns used up"))]
        )
        #expect(out.text == "So ␛c far\n")
        #expect(errors.text == "lathe: incomplete: turns used up\n")
    }

    @Test func `quiet prints what a cell of the user's own said`() {
        let (out, errors) = (Recorder(), Recorder())
        let screen = QuietScreen(output: out.output, errors: errors.output)
        var result = CellResult(number: 2, status: .error, seconds: 0, stdout: CapturedText(bytes: 2, head: "1\n"))
        result.value = .init(type: "int", text: CapturedText(bytes: 1, head: "7"), name: "_2")
        result.failure = .init(type: "ValueError", message: "bad", traceback: "")
        screen.play([.cellStarted(Cell(number: 2, code: "f()", author: .user)), .cellFinished(result)])
        #expect(out.text == "1\n7\n")
        #expect(errors.text == "ValueError: bad\n")
    }

    @Test func `what a cell of the user's own answers is shown after what it printed, unless it failed`() {
        func play(_ screen: any EventScreen, _ status: CellStatus) {
            let result = CellResult(
                number: 2, status: status, seconds: 0, stdout: CapturedText(bytes: 2, head: "1\n"))
            screen.play([
                .cellStarted(Cell(number: 2, code: "f()", author: .user)), .answered(Answered(value: "**It** is 4.")),
                .cellFinished(result),
            ])
        }
        let (quiet, failed, plain) = (Recorder(), Recorder(), Recorder())
        play(QuietScreen(output: quiet.output, errors: quiet.output), .ok)
        play(QuietScreen(output: failed.output, errors: failed.output), .error)
        play(PlainScreen(output: plain.output, canvas: Canvas(width: nil)), .ok)
        #expect(quiet.text == "1\n**It** is 4.\n")
        #expect(failed.text == "1\n")
        #expect(plain.text.hasSuffix("\n\n**It** is 4.\n\n"))
        let live = Recorder(columns: 80)
        let screen = LiveScreen(output: live.output, environment: ["LANG": "C.UTF-8"], now: { live.now })
        play(screen, .ok)
        screen.finish()
        #expect(live.terminal.screen.contains("It is 4."))
    }

    @Test(arguments: [
        (Cost.unknown, false, "unknown: no price for m-1"), (.none, true, "replayed: nothing was spent"),
        (.microdollars(2_500), false, "$0.0025"), (.none, false, "$0.00"),
    ])
    func `the cost is told as it is`(cost: Cost, isReplayed: Bool, expected: String) {
        let recorder = Recorder()
        let screen = PlainScreen(output: recorder.output, canvas: Canvas(width: nil))
        screen.play([SampleRun.task, SampleRun.turnFinished(1, cost: cost)])
        screen.play([.taskFinished(TaskOutcome(status: .complete, answer: "a", cost: cost, isReplayed: isReplayed))])
        #expect(recorder.text.contains("cost        \(expected)\n"))
    }

    @Test func `an interrupted task tells how to go on, and what failed`() {
        let outcome = TaskOutcome(
            status: .cancelled, reason: "stopped by Ctrl-C",
            failedSubtasks: (1...12).map { SampleRun.outcome($0, "S\($0)", .failed, "died") }, subtasks: 12, turns: 1)
        let block = EndBlock(canvas: Canvas(width: 60), answer: .rendered)
        let lines = block.lines(outcome, tally: RunTally(session: "s1")).map(\.plain)
        #expect(lines[0] == "failed      subtask S1: died")
        #expect(lines[10] == "            … 2 more, in the journal")
        #expect(
            lines.suffix(3) == [
                "interrupted 1 turn · 12 subtasks · 0.00 s", "            stopped by Ctrl-C",
                "go on       lathe ask \"go on\" --session s1",
            ])
    }

    @Test(arguments: zip(OutcomeStatus.allCases, [0, 3, 1, 130, 1, 4, 5, 3] as [Int32]))
    func `an outcome has its exit code`(status: OutcomeStatus, code: Int32) {
        #expect(ExitCode(status).rawValue == code)
    }

    @Test func `output that was cut says how much and where the whole is`() {
        let text = CapturedText(
            bytes: 5_000_000, head: (1...9).map { "h\($0)\n" }.joined(), tail: (1...9).map { "t\($0)\n" }.joined(),
            file: "outputs/cell-1.txt", lost: 1_000_000)
        #expect(
            CellBlock(canvas: Canvas(width: nil), outputLines: 4).captured(text).map(\.plain) == [
                "  h1", "  h2", "  … of 5.0 MB, whole in outputs/cell-1.txt but 1.0 MB", "  t8", "  t9",
            ])
    }
}
