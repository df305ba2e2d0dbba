import LatheVocabulary
import Testing

@testable import LatheScreens

struct ListingTests {
    private let canvas = Canvas(width: 60)

    @Test func `the doctor's report names each mend and ends with a verdict`() {
        let report = DoctorReport([
            DoctorFinding(topic: "interpreter", status: .ok, detail: "CPython 3.11.2", mend: "not shown"),
            DoctorFinding(
                topic: "sandbox: cgroup", status: .warning,
                detail: "no memory controller; a kernel's memory is limited by rlimits"),
            DoctorFinding(
                topic: "bubblewrap", status: .missing, detail: "not found", mend: "apt-get install bubblewrap"),
        ])
        #expect(
            report.lines(canvas).map(\.plain) == [
                "✓ interpreter      CPython 3.11.2",
                "⚠ sandbox: cgroup  no memory controller; a kernel's memory",
                "                   is limited by rlimits",
                "✗ bubblewrap       not found",
                "                   → apt-get install bubblewrap",
                "1 missing, 1 warning",
            ])
        #expect(report.exitCode == .failed)
        #expect(report.json[0]?["status"] == "ok")
        #expect(DoctorReport([]).exitCode == .complete)
    }

    @Test func `sessions stand in a table as wide as the terminal, the latest first`() {
        let rows = [
            SessionRow(
                name: "old", lastUsed: 0, tasks: 1, usage: Usage(input: 500), cost: .unknown, status: .failed,
                lastTask: "x"),
            SessionRow(
                name: "flights", lastUsed: 899_900, tasks: 12, usage: Usage(input: 41_000), cost: .microdollars(90_000),
                status: .complete, lastTask: "Why did flights \u{1B}[2J run late?"),
        ]
        #expect(
            SessionListing.lines(rows, now: 900_000, canvas: canvas).map(\.plain) == [
                "session  used       tasks  tokens     cost  ended     last …",
                "flights  1 min ago     12   41.0k  $0.0900  complete  Why d…",
                "old      10 d ago       1     500  unknown  failed    x",
            ])
        #expect(
            SessionListing.lines([], now: 0, canvas: canvas).map(\.plain) == [
                "no sessions yet; begin one with lathe ask \"…\" --data PATH"
            ])
        #expect(SessionListing.json(rows)[0]?["microdollars"] == .null)
    }

    @Test func `variables that were not saved are named, and what is not shown of them is counted`() {
        let unsaved = (1...22).map { UnsavedVariable(name: "f\($0)", type: "TextIOWrapper", reason: "open", cell: $0) }
        let content = MemoryContent(unsaved: unsaved, unsavedOmitted: 7)
        var detail = SessionDetail(row: SessionRow(name: "s", lastUsed: 0), folder: "/p/s")
        detail.memory = SavedMemory(
            generation: 1, time: 0, path: [], inputs: [], parts: [], index: 0, content: content)
        let lines = SessionListing.lines(detail, now: 0, canvas: canvas).map(\.plain).filter {
            $0.contains("not saved")
        }
        #expect(lines.count == 21)
        #expect(lines.last == "not saved   9 more; --json names the first 22")
        #expect(detail.json["memory"]?["unsavedOmitted"] == 7)
    }

    @Test func `a session is shown with its tasks and what it made`() {
        let detail = SessionDetail(
            row: SessionRow(name: "s", lastUsed: 0, model: "m", usage: Usage(input: 10, output: 5), cost: .unknown),
            folder: "/p/s", inputs: [DataInput(name: "t", path: "/d/t.csv", format: .csv)],
            tasks: [.init(task: "Why?", status: .incomplete, answer: "**So**", reason: "cut", turns: 2, seconds: 3)],
            artifacts: [SampleRun.artifact], saved: [SampleRun.capability])
        #expect(
            SessionListing.lines(detail, now: 7200, canvas: canvas).map(\.plain) == [
                "session     s", "folder      /p/s", "model       m", "last used   2 h ago",
                "tokens      in 10 · out 5",
                "cost        unknown: a model has no price", "input       t: csv, /d/t.csv",
                "artifact    /s/artifacts/delays.png (image/png, 34 kB)",
                "saved       function delay_profile (proposed)",
                "", "› Why?", "partial answer:", "So", "incomplete, 2 turns, 3.0 s: cut",
            ])
        #expect(detail.json["tasks"]?[0]?["status"] == "incomplete")
    }

    @Test func `a session's spending is told by agent and model where several used something`() {
        func reply(_ input: Int, _ output: Int, _ cost: Cost) -> ModelReply {
            ModelReply(text: "", stop: .endTurn, usage: Usage(input: input, output: output), cost: cost, model: "m")
        }
        var detail = SessionDetail(row: SessionRow(name: "s", lastUsed: 0), folder: "/p/s")
        SpendingRow.add(reply(900, 100, .microdollars(2_000)), of: "coordinator", asked: "big", to: &detail.spending)
        #expect(!SessionListing.lines(detail, now: 0, canvas: canvas).map(\.plain).contains { $0.contains("written") })
        SpendingRow.add(reply(50, 5, .unknown), of: "analyst", asked: "small", to: &detail.spending)
        SpendingRow.add(reply(100, 50, .microdollars(500)), of: "coordinator", asked: "big", to: &detail.spending)
        #expect(
            SessionListing.lines(detail, now: 0, canvas: canvas).map(\.plain).suffix(3) == [
                "agent        model  turns  read  written     cost",
                "coordinator  big        2  1.0k      150  $0.0025",
                "analyst      small      1    50        5  unknown",
            ])
        #expect(detail.json["spending"]?[1]?["microdollars"] == .null)
        #expect(detail.json["spending"]?[0]?["turns"] == 2)
    }

    @Test func `the library lists, searches and shows with its source`() {
        var agent = SampleRun.capability
        (agent.kind, agent.name, agent.summary) = (.agent, "carrier_analyst", "Examines the delay of one carrier.")
        agent.problems = ["no docstring"]
        #expect(
            LibraryListing.lines([SampleRun.capability, agent], canvas: canvas).map(\.plain) == [
                "function delay_profile (proposed)", "  delay_profile(table)", "  Delays by hour.",
                "agent carrier_analyst (proposed)", "  delay_profile(table)", "  Examines the delay of one carrier.",
                "  ✗ no docstring",
            ])
        let found = LibraryListing.lines([SampleRun.capability], caveat: "by words only: no model", canvas: canvas)
        #expect(found.last?.plain == "(by words only: no model)")
        let shown = LibraryListing.lines(SampleRun.capability, source: "def f():\n    pass\n", canvas: canvas).map(
            \.plain)
        #expect(
            shown.prefix(3) == [
                "function    delay_profile", "status      proposed",
                "file        generated-capabilities/functions/delay_profile.py",
            ])
        #expect(shown.suffix(3) == ["", "def f():", "    pass"])
        #expect(LibraryListing.json(agent, source: "x")["source"] == "x")
    }

    @Test func `models are listed with how to get them`() {
        let rows = [
            ModelRow(
                name: "big", bytes: 1_117_320_768, license: "Apache-2.0", note: "Small.",
                presence: .installed("/m/big.gguf")),
            ModelRow(
                name: "tiny", bytes: 491_400_064, license: "Apache-2.0", note: "For tests.",
                presence: .partial(bytes: 1_000)),
        ]
        #expect(
            ModelListing.lines(rows, canvas: Canvas(width: 90)).map(\.plain) == [
                "✓ big  1.1 GB, Apache-2.0, installed", "  Small.", "  /m/big.gguf",
                "○ tiny  491 MB, Apache-2.0, 1.0 kB fetched; lathe model install tiny goes on", "  For tests.",
            ])
        #expect(ModelListing.json(rows)[0]?["path"] == "/m/big.gguf")
    }

    @Test func `a download is one line that grows on a terminal, and a line a tenth through a pipe`() {
        let (terminal, pipe) = (Recorder(columns: 60), Recorder())
        for (recorder, environment) in [(terminal, ["TERM": "xterm", "LANG": "C.UTF-8"]), (pipe, [:])] {
            let screen = DownloadScreen(
                label: "big", output: recorder.output, environment: environment, now: { recorder.now })
            for done in stride(from: 0, through: 50_000_000, by: 500_000) {
                screen.show(done: done, of: 100_000_000)
                recorder.wait(0.1)
            }
        }
        #expect(terminal.terminal.screen == ["big ██████░░░░░░ 50 %  50 MB of 100 MB  5.0 MB/s  0:10 left"])
        #expect(pipe.text.split(separator: "\n").count == 6)
        #expect(pipe.text.hasSuffix("big 50 %  50 MB of 100 MB  5.0 MB/s  0:10 left\n"))
    }
}

extension JSONValue {
    fileprivate subscript(index: Int) -> JSONValue? {
        guard let items = arrayValue, items.indices.contains(index) else { return nil }
        return items[index]
    }
}
