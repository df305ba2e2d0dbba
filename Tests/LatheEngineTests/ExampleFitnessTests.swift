import LatheEngine
import LatheVocabulary
import Testing

/// Which runs of an agent can become examples.
struct ExampleFitnessTests {
    private static let place = Place.coordinator.child("UA")

    private func reason(_ calls: [(name: String, arguments: JSONValue)], _ more: [EventBody] = []) -> String? {
        let bodies =
            [
                .turnFinished(
                    TurnFinished(
                        turn: 1, reply: ModelReply(text: "x", stop: .endTurn, usage: Usage(), model: "m"), seconds: 1))
            ]
            + calls.enumerated().map { index, call in
                EventBody.hostCalled(
                    HostCalled(cell: 1, call: index + 1, name: call.name, arguments: call.arguments, slices: 0))
            } + more
        let events = bodies.enumerated().map { Event(sequence: $0 + 1, time: 1, place: Self.place, body: $1) }
        let outcome = SubtaskOutcome(id: 1, label: "UA", place: Self.place, status: .complete, value: 1)
        do throws(AgentRecording.Unfit) {
            _ = try AgentRecording(of: outcome, model: "m", session: "s", in: events)
            return nil
        } catch {
            return error.reason
        }
    }

    @Test func `a run that called what an example does not have is none, in the background neither`() {
        func begun(_ call: String) -> JSONValue { ["calls": [["call": .string(call), "arguments": [:]]]] }
        #expect(reason([("ask_model", [:]), ("begin", begun("ask_model")), ("answer", [:])]) == nil)
        let tool = "it called a tool of a server, which is not called again for an example"
        #expect(reason([("begin", begun("tool_call"))]) == tool)
        #expect(reason([("resources", [:])]) == tool)
        let use = ToolUse(cell: 1, server: "crm", tool: "add", ground: .rule, seconds: 0, bytes: 1, isError: false)
        #expect(reason([], [.toolUsed(use)]) == tool)
        let owners = EventBody.cellStarted(Cell(number: 1, code: "rows", author: .owner))
        #expect(reason([], [owners]) == "its owner ran a cell in it")
        for name in ["recall", "send", "messages", "handoff", "of a later lathe"] {
            #expect(
                reason([(name, [:])]) == "it called lathe for what an example does not have (\(name))")
        }
    }
}
