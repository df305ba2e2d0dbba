import LatheTestSupport
import LatheVocabulary
import Testing

@testable import LatheEngine

/// `lathe.find` through the engine, with real kernels and a real library.
@Suite(.serialized) struct FindTests {
    private static let save = """
        def delay_profile(minutes: list[float]) -> float:
            \"\"\"Return the mean delay of some flights. Example: delay_profile([1.0])\"\"\"
            return sum(minutes) / len(minutes)

        lathe.save_function(delay_profile)
        """

    private func proposal(_ name: String, _ sentence: String) -> CapabilityProposal {
        let source = "def \(name)(x: int) -> int:\n    \"\"\"\(sentence)\"\"\"\n    return x\n"
        return CapabilityProposal(kind: .function, name: name, source: source, session: "test", model: "m")
    }

    @Test func `a session, its branches and its subtasks are told what the library has`() async throws {
        let ask = "str(lathe.find('late flights delay'))"
        let lines = [
            "print(lathe.find('late flights delay'))", Self.save,
            "there = \(ask)\nbranch = lathe.branch([\(ask.debugDescription)])[0].text",
            "below = lathe.delegate(lathe.agent('looker', 'look'), 'look').result()",
            "lathe.answer(str([below == there, branch == repr(there), there]))",
        ]
        let model = ScriptedModel { place, turn in
            .code(place == .coordinator ? lines[turn] : "lathe.answer(\(ask))")
        }
        try await TestSession.run(model) { session in
            let outcome = try await session.engine.ask("look")
            let found = """
                delay_profile(minutes: list[float]) -> float  # proposed\\n    Return the mean delay of some flights.\\nUse: from \
                lathe.capabilities import NAME
                """
            #expect(outcome.answer == "[True, True, '\(found)']")
            let events = await session.journal.events(after: 0)
            let answers = events.compactMap { event -> JSONValue? in
                guard case .hostAnswered(let answer) = event.body, answer.name == "find" else { return nil }
                return answer.value
            }
            #expect(answers.count == 4)
            #expect(answers.first?["names"] == [])
            #expect(answers.first?["text"]?.stringValue?.hasSuffix("it holds nothing yet.") == true)
            #expect(answers.last.flatMap(CapabilityFinding.init)?.names == ["delay_profile"])
        }
    }

    @Test func `a memory that is built again knows what was found at the time`() async throws {
        var past: [Event] = []
        try await TestSession.run(ScriptedModel([])) { session in
            _ = try await session.library.save(proposal("first_thing", "Return the first of all things."))
            _ = try await session.engine.execute("seen = str(lathe.find('first of things'))")
            past = await session.journal.events(after: 0)
        }
        try await TestSession.run(ScriptedModel([]), past: past) { session in
            #expect(session.rebuilt == 1)
            let now = try await session.engine.execute(
                "'first_thing' in seen, 'first_thing' in lathe.find('first of things')")
            #expect(now.value?.text.head == "(True, False)")
        }
        // Sessions of before it was a call.
        let without = past.filter {
            switch $0.body {
            case .hostCalled, .hostAnswered: false
            default: true
            }
        }
        try await TestSession.run(ScriptedModel([]), past: without) { session in
            let seen = try await session.engine.execute("seen")
            #expect(seen.value?.text.head == "'what this search found was not recorded'")
        }
    }

    @Test func `a search of a cell that runs again has its recorded answer, and is not missed`() throws {
        var calls = RecordedCalls()
        let arguments: JSONValue = ["query": "delays", "limit": 5]
        calls.add(HostCalled(cell: 1, call: 1, name: "find", arguments: arguments, slices: 0))
        calls.add(HostAnswered(call: 1, name: "find", value: ["text": "then"]))
        calls.begin()
        #expect(calls.untaken.isEmpty)
        #expect(calls.take(HostCall(name: "find", arguments: arguments))?.value == ["text": "then"])
        #expect(calls.take(HostCall(name: "find", arguments: arguments)) == nil)
    }

    @Test func `what is no search is refused with the reason`() async throws {
        try await TestSession.run(ScriptedModel([])) { session in
            let long = try await session.engine.execute("lathe.find('x' * 2001)")
            #expect(long.failure?.message.contains("more than 2000") == true)
            let many = try await session.engine.execute("lathe.find('x', limit=50)")
            #expect(many.status == .ok)
        }
    }
}
