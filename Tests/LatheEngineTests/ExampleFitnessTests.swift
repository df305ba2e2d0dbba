import LatheVocabulary
import Testing

@testable import LatheEngine

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
        #expect(reason([], [owners]) == "the user ran a cell in its kernel (cell 1)")
        for name in ["recall", "handoff", "specialist", "of a later lathe"] {
            #expect(
                reason([(name, [:])]) == "it called lathe for what an example does not have (\(name))")
        }
        // What it did by itself, its kernels, its subtasks and the library answer again.
        for name in [
            "note", "ledger", "plan", "plan_step", "plan_end", "roundtable", "context_edit", "agents", "sources",
        ] {
            #expect(reason([(name, [:])]) == nil, "\(name)")
        }
        #expect(Set(HostAnswerSource.ofCalls.keys) == Set(HostEffect.ofCalls.keys))
    }

    @Test func `messages within a run, and to who began it, can be said again, those of others cannot`() {
        func sent(_ id: String, to place: Place) -> EventBody {
            .messageSent(AgentMessage(id: id, from: Self.place, to: [place], text: "fog"))
        }
        let below = Self.place.child("part")
        let own = [sent("coordinator/UA:1", to: below), sent("coordinator/UA:2", to: .coordinator)]
        let heard = EventBody.messageDelivered(MessageDelivered(messages: ["coordinator/UA:1"], cell: 2))
        #expect(reason([("send", [:]), ("messages", ["all": true])], own + [heard]) == nil)
        let other = Place.coordinator.child("AA")
        #expect(
            reason([], [sent("coordinator/UA:3", to: other)])
                == "it wrote to coordinator/AA, which an example does not have")
        let read = "its code read a message of others (coordinator/AA:1), which an example does not have"
        let foreign = EventBody.messageDelivered(MessageDelivered(messages: ["coordinator/AA:1"], cell: 2))
        #expect(reason([("messages", [:])], [foreign]) == read)
        // What only its model was told is in its replies, unless its code asked for all that came.
        let told = EventBody.messageDelivered(MessageDelivered(messages: ["coordinator/AA:1"], text: "fog"))
        #expect(reason([("messages", [:])], [told]) == nil)
        #expect(reason([("messages", ["all": true])], [told]) == read)
    }

    @Test func `a run in which the user had a part is none`() {
        let plan = PlanMade(
            plan: 1, cell: 1, goal: "g", strategy: .parallel, steps: [],
            worst: WorkBound(subtasks: 1, modelCalls: 1, tokens: 1), decided: .edited, edited: "{}")
        #expect(reason([], [.planMade(plan)]) == "the user changed its plan, which nobody does for an example")
        let cell = Cell(number: 3, code: "1", author: .user)
        #expect(reason([], [.cellStarted(cell)]) == "the user ran a cell in its kernel (cell 3)")
    }
}
