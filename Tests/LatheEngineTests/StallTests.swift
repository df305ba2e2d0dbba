import LatheTestSupport
import LatheVocabulary
import Testing

@testable import LatheEngine

/// Turns that bring nothing new: told, planned anew, ended, and work that only looks so.
@Suite(.serialized) struct StallTests {
    private static func steps(_ events: [Event], at place: Place = .coordinator) -> [StallFound] {
        events.compactMap { event in
            if event.place == place, case .stallFound(let found) = event.body { found } else { nil }
        }
    }

    @Test func `a task that brings nothing new is told, planned anew twice, and ends incomplete with the reason`()
        async throws
    {
        let model = ScriptedModel { _, index in
            index == 0 ? .code("rows = [1]\nlathe.note(guess='rows are dated')") : .code("print(missing_\(index))")
        }
        try await TestSession.run(model) { session in
            let outcome = try await session.engine.ask("When was it?")
            let events = await session.journal.events(after: 0)
            let found = Self.steps(events)
            #expect(found.map(\.step) == [.told, .replanned, .replanned, .ended])
            #expect(found.map(\.turns) == [3, 6, 9, 12] && Set(found.map(\.rule)) == [.repeatedErrors], "\(found)")
            #expect(outcome.status == .incomplete && outcome.answer == "")
            #expect(outcome.reason.hasPrefix("stalled: "), "\(outcome.reason)")
            #expect(outcome.reason.contains("planned anew 2 times"), "\(outcome.reason)")
            let fresh = events.filter {
                if case .contextShrunk(let step) = $0.body { step.isFresh == true } else { false }
            }
            #expect(fresh.count == 2)
            let told = try #require(found.first?.told)
            #expect(told.contains("guess n1: rows are dated") && told.contains("NameError"))
            let again = try #require(events.firstIndex { $0.sequence == fresh[0].sequence })
            let next = events[again...].lazy.compactMap { event in
                if case .turnStarted(let turn) = event.body { turn.request } else { nil }
            }.first
            let request = try #require(next)
            #expect(request.messages.count == 1)
            let words = "\(request.messages)"
            #expect(words.contains("When was it?") && words.contains("Make a new plan"))
            #expect(words.contains("rows are dated") && request.state.contains("rows: list"))
        }
    }

    @Test func `a stalled worker ends with the reason, also where idle turns are no stall, and its parent replaces it`()
        async throws
    {
        let code = """
            first = lathe.delegate(lathe.agent("digger", "Dig.", {"n": int}), "dig", label="part").outcome()
            second = lathe.delegate(lathe.agent("counter", "Count.", {"n": int}), "dig", label="part").outcome()
            lathe.answer(f"{first.status} {first.reason} then {second.value}")
            """
        let model = ScriptedModel { place, index in
            switch place.description {
            case "coordinator": .code(code)
            case "coordinator/part": .code("open('/nowhere/\(index)')")
            default: .code("lathe.answer({'n': 3})")
            }
        }
        var limits = EngineLimits()
        limits.stalls.turns = 0
        try await TestSession.run(model, limits: limits) { session in
            let outcome = try await session.engine.ask("go")
            #expect(outcome.status == .complete, "\(outcome.reason)")
            #expect(outcome.answer.hasPrefix("incomplete stalled: "), "\(outcome.answer)")
            #expect(outcome.answer.hasSuffix("then {'n': 3}"))
            let events = await session.journal.events(after: 0)
            let found = Self.steps(events, at: .coordinator.child("part"))
            #expect(found.map(\.step) == [.told, .ended] && found.map(\.turns) == [3, 6], "\(found)")
            #expect(found.first?.told?.contains("After 3 more turns without anything new, the work ends") == true)
            let ledger = Ledger(events).view(of: .coordinator)
            #expect(ledger.heads.done == ["part"] && ledger.heads.failed.isEmpty)
        }
    }

    @Test func `work that gets on is never stalled, nor is who waits for others`() async throws {
        let waiting = """
            import time
            slow = lathe.delegate(lathe.agent("slow", "Wait.", {"n": int}), "wait", label="slow")
            """
        let honest = (0..<9).map { "total = sum(range(\($0)))\nprint(total)" }
        let polls = (0..<9).map { "_ = slow.status  # \($0)" }
        let script = [waiting] + polls + ["n = slow.result()['n']"] + honest + ["lathe.answer(str(n))"]
        let model = ScriptedModel { place, index in
            guard place == .coordinator else {
                return .code("import time\nwhile not lathe.messages(): time.sleep(0.02)\nlathe.answer({'n': 3})")
            }
            guard script.indices.contains(index) else { return nil }
            let release = index == polls.count ? "\nlathe.send('slow', 'go on')" : ""
            return .code(script[index] + release)
        }
        try await TestSession.run(model) { session in
            let outcome = try await session.engine.ask("go")
            #expect(outcome.answer == "3", "\(outcome.reason)")
            #expect(Self.steps(await session.journal.events(after: 0)).isEmpty)
        }
    }

    @Test func `where a stalled task is killed, it goes on where it stood`() async throws {
        let script: @Sendable (Int) -> ScriptedModel.Line = { .code($0 < 8 ? "gone_\($0)" : "lathe.answer('found')") }
        var limits = EngineLimits()
        limits.stalls.replans = 1
        let whole = try await TestSession.run(ScriptedModel { _, index in script(index) }, limits: limits) { session in
            let outcome = try await session.engine.ask("go")
            #expect(outcome.answer == "found")
            return await session.journal.events(after: 0)
        }
        let steps = Self.steps(whole).map(\.step)
        #expect(steps == [.told, .replanned])
        let cuts = whole.indices.filter {
            [.stallFound, .contextShrunk].contains(whole[$0].body.kind)
        }
        #expect(cuts.count == 3)
        for cut in cuts {
            let past = Array(whole.prefix(cut + 1))
            let answered = past.count { if case .turnFinished = $0.body { true } else { false } }
            let comment = Comment(rawValue: "after \(past[cut].body.kind) \(cut)")
            let model = ScriptedModel { _, index in script(index + answered) }
            try await TestSession.run(model, past: past, intent: .resume(Resumption()), limits: limits) { session in
                let outcome = try #require(try await session.engine.resume(), comment)
                #expect(outcome.answer == "found", comment)
                #expect(Self.steps(await session.journal.events(after: 0)).map(\.step) == steps, comment)
            }
        }
    }
}
