import LatheTestSupport
import LatheVocabulary
import Synchronization
import Testing

@testable import LatheEngine

/// Handoffs with a giver and receivers whose replies are written down, in real kernels.
@Suite(.serialized) struct HandoffTests {
    private static let begin = """
        rows = pd.DataFrame({"v": [1, 2, 3]})
        tried = "before"
        """

    /// Hands over, and tells in a cell of its own what the memory is afterwards.
    private static func giving(_ more: String = "") -> String {
        """
        tried = "at handoff"
        total = lathe.handoff(lathe.agent("adder", "Add up v.", {"total": int}), "the total of v", data=rows,
            questions=["are there gaps?"], so_far="looked at the head"\(more))
        tried = "after"
        lathe.answer(f"{total['total']} {tried}")
        """
    }

    private static let telling = #"lathe.answer(f"{tried} {'total' in globals()}")"#

    private static func receiver(_ number: Int = 1) -> Place { .coordinator.child("handoff \(number) adder") }

    /// Runs a giver whose receiver says this, turn after turn; its answer, its events and the receiver's requests.
    private func run(
        _ receiver: [ScriptedModel.Line], _ more: String = "", limits: EngineLimits = EngineLimits(),
        consent: Bool? = nil, budget: BudgetLimits = BudgetLimits()
    ) async throws -> (outcome: TaskOutcome, bodies: [EventBody], asked: [ModelRequest], told: String) {
        let model = ScriptedModel { place, turn in
            switch (place, turn) {
            case (.coordinator, 0): .code(Self.begin)
            case (.coordinator, 1): .code(Self.giving(more))
            case (.coordinator, 2): .code(Self.telling)
            case (Self.receiver(), let turn): receiver.indices.contains(turn) ? receiver[turn] : nil
            default: nil
            }
        }
        return try await TestSession.run(model, limits: limits, consent: consent.map(Consent.init)) { session in
            let outcome = try await session.engine.ask("Add up", budget: budget)
            let events = await session.journal.events(after: 0)
            let told = await RoundtableTests.output(session)
            return (outcome, events.map(\.body), model.requests.filter { $0.place == Self.receiver() }, told)
        }
    }

    private struct Consent: HandoffConsent {
        let answer: Bool
        func allows(_ handoff: HandoffInitiated, why: String) async -> Bool? { answer }
    }

    private static func back(_ bodies: [EventBody]) -> HandoffRolledBack? {
        bodies.compactMap { if case .handoffRolledBack(let back) = $0 { back } else { nil } }.first
    }

    @Test func `what is accepted and done is the giver's, and the receiver knows what it takes over`() async throws {
        let ran = try await run([
            .code("lathe.answer({'total': 0})"), .code("lathe.accept()"),
            .code("lathe.answer({'total': int(data['v'].sum())})"),
        ])
        #expect(ran.outcome.answer == "6 after", "\(ran.told)")
        #expect(ran.outcome.status == .complete)
        let kinds = ran.bodies.map(\.kind).filter { $0.rawValue.hasPrefix("handoff") }
        #expect(kinds == [.handoffInitiated, .handoffAccepted, .handoffCompleted])
        let words = ran.asked.first.map { "\($0.messages)" } ?? ""
        for part in ["> the total of v", "are there gaps?", "looked at the head", "> task: Add up", "> cell 1 ok"] {
            #expect(words.contains(part), "\(part)")
        }
        #expect(!words.contains("at handoff"))
    }

    @Test func `a handoff that is declined, answered unaccepted, late or failed is rolled back, and the giver goes on`()
        async throws
    {
        let cases: [([ScriptedModel.Line], String, HandoffRolledBack.Cause, String)] = [
            ([.code("lathe.decline('no dates in it')")], "", .declined, "no dates in it"),
            ([.text(#"{"total": 6}"#)], "", .unaccepted, "answered without having accepted"),
            ([.hang], ", within=1", .expired, "did not accept the handoff within 1 s"),
            ([.code("lathe.accept()"), .failure(ModelError(.badReply, "no use"))], "", .failed, "no use"),
        ]
        for (receiver, more, cause, reason) in cases {
            let ran = try await run(receiver, more)
            #expect(ran.outcome.answer == "at handoff False", "\(cause) \(ran.told)")
            #expect(ran.outcome.status == .complete, "\(cause) \(ran.outcome.reason)")
            let back = Self.back(ran.bodies)
            #expect(back?.cause == cause)
            #expect(back?.reason.contains(reason) == true, "\(cause) \(back?.reason ?? "")")
            #expect(ran.told.contains("HandoffRolledBack: the handoff to adder is rolled back (\(cause.rawValue))"))
            let undone = ran.bodies.compactMap { if case .rolledBack(let one) = $0 { one.checkpoint } else { nil } }
            #expect(undone == [back?.checkpoint])
        }
    }

    @Test func `the user is asked where the rule says so, and without a user the answer is no`() async throws {
        var limits = EngineLimits()
        limits.handoff.approve = .always
        let well: [ScriptedModel.Line] = [.code("lathe.accept(); lathe.answer({'total': 6})")]
        let alone = try await run(well, limits: limits)
        #expect(alone.told.contains("needs the user's word") && alone.outcome.answer == "at handoff False")
        let refused = try await run(well, limits: limits, consent: false)
        #expect(refused.told.contains("the user said no to this handoff"))
        let allowed = try await run(well, limits: limits, consent: true)
        #expect(allowed.outcome.answer == "6 after")
        let budget = BudgetLimits(tokens: 300_000)
        let risky = try await run(well, budget: budget)
        #expect(risky.told.contains("of the 299780 tokens that are left"), "\(risky.told)")
        let small = try await run(well, ", budget={'tokens': 100_000}", budget: budget)
        #expect(small.outcome.answer == "6 after", "\(small.told)")
    }

    @Test func `cells that fail in a row lead to the rule's advice, and only a receiver accepts`() async throws {
        var limits = EngineLimits()
        limits.handoff.afterErrors = 2
        limits.handoff.to = "closer"
        let model = ScriptedModel([
            .code("lathe.accept()"), .code("1 / 0"), .code("lathe.answer('done')"),
        ])
        try await TestSession.run(model, limits: limits) { session in
            let outcome = try await session.engine.ask("Try")
            #expect(outcome.answer == "done")
            #expect(await RoundtableTests.output(session).contains("accept is for who was handed something over"))
            let words = "\(model.requests.last?.messages ?? [])"
            #expect(words.contains(#"2 cells in a row failed. By a rule of this project, hand this part over now"#))
            #expect(words.contains(#"lathe.handoff(\"closer\""#))
        }
    }

    /// A receiver that accepts, works, and fails.
    @Sendable private static func line(_ place: Place, _ turn: Int) -> ScriptedModel.Line? {
        switch (place, turn) {
        case (.coordinator, 0): .code(Self.begin)
        case (.coordinator, 1): .code(Self.giving())
        case (.coordinator, 2): .code(Self.telling)
        case (Self.receiver(), 0): .code("lathe.accept()")
        case (Self.receiver(), 1): .code("lathe.accept()\nhalf = int(data['v'].sum())")
        case (Self.receiver(), 2): .failure(ModelError(.badReply, "no use"))
        default: nil
        }
    }

    @Test func `after an end at any state of a handoff the task goes on to the same outcome`() async throws {
        let whole = try await TestSession.run(ScriptedModel(Self.line)) { session in
            let outcome = try await session.engine.ask("Add up")
            #expect(outcome.answer == "at handoff False")
            return await session.journal.events(after: 0)
        }
        let kinds: Set<EventBody.Kind> = [.handoffInitiated, .handoffAccepted, .handoffRolledBack, .rolledBack]
        let answered = whole.lastIndex {
            if case .hostAnswered(let one) = $0.body { one.name == "handoff_end" } else { false }
        }
        let finished = whole.firstIndex {
            if case .cellFinished(let one) = $0.body { $0.place == .coordinator && one.number == 2 } else { false }
        }
        let cuts = whole.indices.filter { kinds.contains(whole[$0].body.kind) || $0 == answered || $0 == finished }
        #expect(cuts.count == 6)
        for cut in cuts {
            let kind = whole[cut].body.kind.rawValue
            let past = Array(whole.prefix(cut + 1))
            var done: [Place: Int] = [:]
            for event in past where [.turnFinished, .turnFailed].contains(event.body.kind) {
                done[event.place, default: 0] += 1
            }
            let model = ScriptedModel { [done] place, turn in Self.line(place, turn + done[place, default: 0]) }
            try await TestSession.run(model, past: past, intent: .resume(Resumption())) { session in
                let outcome = try await session.engine.resume()
                let told = await RoundtableTests.output(session)
                #expect(outcome?.answer == "at handoff False", "after \(kind): \(told)")
                let events = await session.journal.events(after: 0)
                let back = events.filter { $0.body.kind == .handoffRolledBack }
                #expect(back.count == 1, "after \(kind)")
                #expect(events.filter { $0.body.kind == .handoffInitiated }.count == 1)
            }
        }
    }

    @Test func `the time to accept stands still while the user holds the receiver, and runs else`() async {
        let initiated = HandoffInitiated(
            handoff: 1, cell: 1, agent: "a", goal: "g", questions: [], soFar: "", within: 0.05, ground: .rule)
        let held = HandoffTerms(initiated, state: .waiting)
        let asked = Mutex(0)
        let looks = { @Sendable () -> Bool in
            let count = asked.withLock { count in
                count += 1
                return count
            }
            // Accepted after more than ten times of what it has.
            if count == 12 { _ = held.settle(.accepted) }
            return true
        }
        let state = await held.guarding(after: 0, isHeld: looks) { await Self.settled(held) }
        #expect(state == .accepted)
        let late = HandoffTerms(initiated, state: .waiting)
        let over = await late.guarding(after: 0, isHeld: { false }, { await Self.settled(late) })
        #expect(over == .expired)

        let gate = PauseGate()
        #expect(gate.pause(.coordinator) && gate.holds(Self.receiver()))
        #expect(gate.goOn(.coordinator) && !gate.holds(Self.receiver()))
    }

    /// What a receiver's terms are once they are not open any more.
    private static func settled(_ terms: HandoffTerms) async -> HandoffTerms.State {
        while terms.state == .waiting { try? await Task.sleep(for: .milliseconds(10)) }
        return terms.state
    }
}
