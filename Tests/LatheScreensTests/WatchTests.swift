import LatheVocabulary
import Testing

@testable import LatheScreens

/// What `lathe watch` draws.
struct WatchTests {
    private static let ua = Place.coordinator.child("UA")

    private func event(_ place: Place, _ time: Double, _ body: EventBody) -> Event {
        Event(sequence: Int(time), time: time, place: place, body: body)
    }

    private var events: [Event] {
        let agent = Agent(name: "analyst", instructions: "x")
        return [
            event(
                .coordinator, 1,
                .sessionOpened(SessionOpened(session: "s", version: "1", model: "m", inputs: [], sandbox: []))),
            event(.coordinator, 2, .taskSubmitted(TaskSubmitted(task: "Why late?\nReally."))),
            event(.coordinator, 3, .hostCalled(HostCalled(cell: 1, call: 1, name: "wait", arguments: [:], slices: 0))),
            event(
                Self.ua, 4,
                .subtaskStarted(
                    SubtaskStarted(
                        id: 1, label: "UA", place: Self.ua, agent: agent, task: "t", model: "m", maxTurns: 12))),
            event(
                Self.ua.child("ask"), 5,
                .turnFinished(
                    TurnFinished(
                        turn: 1, reply: ModelReply(text: "", stop: .endTurn, usage: Usage(input: 1_500), model: "m"),
                        seconds: 1))),
            event(
                Self.ua, 6,
                .messageSent(
                    AgentMessage(
                        id: "coordinator/UA:1", from: Self.ua, to: [.coordinator], kind: .discovery,
                        text: "fog\u{1b}[2J at JFK", important: true))),
            event(
                Self.ua, 7,
                .questionAsked(
                    QuestionAsked(question: 1, cell: 2, server: "shop", tool: "sell", arguments: ["item": "tea\u{1b}"]))
            ),
            event(Self.ua, 8, .steppedIn(SteppedIn(.pause, Self.ua, user: 1000, process: 7))),
        ]
    }

    private func drawn(_ events: [Event], width: Int = 79, height: Int = 24, isOpen: Bool = true) -> [String] {
        var tree = AgentTree()
        for event in events { tree.take(event) }
        let canvas = Canvas(width: width)
        return WatchView(canvas: canvas, height: height, now: 64).lines(tree, isOpen: isOpen).map(\.plain)
    }

    @Test func `the tree shows who works, what waits, what was said and who stepped in`() {
        let lines = drawn(events)
        #expect(
            lines == [
                "s  Why late?",
                "● coordinator  turn 0        0  $0.00  1:02  1 unread  waits for subtasks",
                "  ‖ UA         turn 0/12  1.5k  $0.00  1:00  1 sent    paused",
                "ledger  in progress 1 · facts 1",
                "? question 1  coordinator/UA calls shop/sell: lathe control allow|deny s 1",
                "    {\"item\":\"tea\\u001b\"}",
                "✉ UA → coordinator  discovery: fog␛[2J at JFK",
                "▸ the user (1000, process 7) paused coordinator/UA",
                "at work · 1.5k tokens · $0.00 · lathe tell s AGENT TEXT",
            ])
    }

    @Test func `who answers from elsewhere is told who asks, why, and what was read`() {
        let exposure = Exposure([.private: "input rows", .untrusted: "web/fetch\u{1b}[2J"])
        let asked = QuestionAsked(
            question: 1, cell: 2, server: "mail", tool: "send", arguments: ["to": "a"], agent: "clerk",
            reason: .exposed(exposure))
        let lines = drawn([events[0], events[1], event(Self.ua, 7, .questionAsked(asked))], width: 110)
        let first = lines.firstIndex { $0.hasPrefix("? question 1") } ?? 0
        #expect(
            Array(lines[first..<(first + 4)]) == [
                "? question 1  coordinator/UA (agent clerk) calls mail/send: lathe control allow|deny s 1",
                "    which can carry data out",
                "    ⚠ this session has read PRIVATE (input rows) and UNTRUSTED (web/fetch␛[2J): look at what would be sent,",
                "    and where",
            ], "\(lines)")
    }

    @Test func `what agents do together is shown: plans by their steps, and the newest of a handoff, a table, a wish`()
    {
        let none = PlanStep.Reckoning(calls: 0...0, tokens: 0...0)
        let steps = ["clean", "by_hour", "fit", "judge", "tell\u{1b}"].map {
            PlanStep(name: $0, task: "t", agent: nil, needs: [], required: true, complexity: nil, reckoned: none)
        }
        let plan = PlanMade(
            plan: 1, revision: 1, cell: 1, goal: "g", strategy: .parallel, steps: steps,
            worst: WorkBound(subtasks: 8, modelCalls: 9, tokens: 10), decided: .rule)
        func step(_ name: String, _ state: PlanStepChanged.State) -> EventBody {
            .planStep(PlanStepChanged(plan: 1, step: name, state: state, attempt: 1))
        }
        let bodies: [EventBody] = [
            .planMade(plan), step("clean", .complete), step("by_hour", .running), step("fit", .failed),
            step("judge", .notRun),
            .roundtableRound(RoundtableRound(table: 1, round: 2, of: 3, seats: ["A", "B"])),
            .handoffInitiated(
                HandoffInitiated(handoff: 1, cell: 1, agent: "m", goal: "fit\u{1b}[2J", within: 60, ground: .rule)),
            .handoffDeclined(HandoffDeclined(handoff: 1, reason: "no July")),
        ]
        let more = bodies.enumerated().map { event(.coordinator, 20 + Double($0.offset), $0.element) }
        let lines = drawn(events + more)
        let first = lines.firstIndex { $0.hasPrefix("plan 1") } ?? 0
        #expect(
            Array(lines[first...].prefix(3)) == [
                "plan 1  1 of 5 complete · running by_hour · failed fit · not run judge · next …",
                "⇄ roundtable 1, round 2 of 3: A, B", "⇄ handoff 1 declined: no July",
            ], "\(lines)")
        let ended = event(.coordinator, 40, .planEnded(PlanEnded(plan: 1, status: .incomplete)))
        #expect(
            drawn(events + more + [ended]).contains { $0.hasPrefix("plan 1  incomplete · 1 of 5 complete · failed") })
    }

    @Test func `a step that stalled says so once`() {
        let step = PlanStepChanged(
            plan: 1, step: "dig", state: .stalled, attempt: 2, agent: "digger", reason: "stalled: no progress — next: b"
        )
        #expect(
            PlanLines.sentences(.planStep(step)) == [
                "plan 1, step dig (digger) stalled, attempt 2: no progress — next: b"
            ])
    }

    @Test func `a line steps in by the words of the commands, and one that cannot is told what to write instead`()
        throws
    {
        var drop = PlanChange(plan: 2)
        (drop.drop, drop.because) = (["extra one"], "too dear")
        for (line, request) in [
            (" tell UA Don't use 2012. ", ControlRequest(.tell, agent: "UA", text: "Don't use 2012.")),
            ("tell UA \"Leave out 2012.\"", ControlRequest(.tell, agent: "UA", text: "Leave out 2012.")),
            ("pause", ControlRequest(.pause)),
            ("cancel coordinator/UA", ControlRequest(.cancel, agent: "coordinator/UA")),
            (
                "budget UA --budget-tokens 50k",
                ControlRequest(.budget, agent: "UA", budget: BudgetLimits(tokens: 50_000))
            ),
            ("cell 'print(1, \"a\")' UA", ControlRequest(.cell, agent: "UA", code: "print(1, \"a\")")),
            ("allow 1 --for-session", ControlRequest(.allow, question: 1, isForSession: true)),
            ("plan --plan 2 --drop 'extra one' --because 'too dear'", ControlRequest(.plan, plan: drop)),
        ] {
            #expect(try SteppingLine.request(line, session: "s") == request, "\(line)")
        }
        for (line, reason) in [
            ("kill UA", "say tell, pause, continue"), ("tell UA", "TEXT"), ("cell 'x", "a quote is not closed"),
            ("allow", "QUESTION"), ("allow tea", "a question has a number"), ("plan --edit", "a terminal of its own"),
            ("plan", "a terminal of its own: lathe control plan s"), ("pause --help", "a terminal of its own"),
            ("pause UA AA", "AA"),
        ] {
            do throws(CommandError) {
                Issue.record("\(line): \(try SteppingLine.request(line, session: "s"))")
            } catch {
                #expect(error.reason.contains(reason), "\(line): \(error.reason)")
            }
        }
    }

    @Test func `nothing is wider or higher than the terminal, and a run that died says how to go on`() {
        for (width, height) in [(79, 24), (30, 6), (12, 3)] {
            let lines = drawn(events, width: width, height: height)
            #expect(lines.count <= height)
            #expect(lines.allSatisfy { DisplayWidth.of($0) <= width })
        }
        #expect(drawn(events, isOpen: false).last?.contains("lathe resume s") == true)
        let many = (1...40).map { number in
            let place = Place.coordinator.child("\(number)")
            return event(
                place, 10,
                .subtaskStarted(
                    SubtaskStarted(
                        id: number, label: "\(number)", place: place, agent: Agent(name: "a", instructions: ""),
                        task: "", model: "m", maxTurns: 3)))
        }
        let crowded = drawn(events + many, height: 20)
        #expect(crowded.count == 20)
        #expect(crowded.contains { $0.contains("more, ") && $0.contains("at work") })
    }

    @Test func `what is unread is what the run itself holds for unread`() {
        let missed = event(
            Self.ua.child("x"), 9,
            .messageSent(AgentMessage(id: "coordinator/UA/x:1", from: Self.ua.child("x"), to: [Self.ua], text: "fog")))
        let ended = event(
            Self.ua, 10, .subtaskFinished(SubtaskOutcome(id: 1, label: "UA", place: Self.ua, status: .complete)))
        // What a subtask had not read when it ended is for its parent then.
        #expect(drawn(events + [missed, ended])[1].contains("2 unread"))
        // The answer to code is the delivery, also where nothing of it was written after it.
        let read = event(
            .coordinator, 11,
            .hostAnswered(
                HostAnswered(call: 2, name: "messages", value: ["messages": ["coordinator/UA:1"], "more": 0])))
        #expect(drawn(events + [missed, ended, read])[1].contains("1 unread"))
        // The user's words from between two tasks wait for the next one.
        let told = event(
            .user, 12, .messageSent(AgentMessage(id: "user:1", from: .user, to: [.coordinator], text: "2012 too")))
        let next = event(.coordinator, 13, .taskSubmitted(TaskSubmitted(task: "And then?")))
        #expect(drawn(events + [missed, ended, read, told, next])[1].contains("2 unread"))
    }
}
