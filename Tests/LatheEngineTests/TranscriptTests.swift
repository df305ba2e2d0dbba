import LatheVocabulary
import Testing

@testable import LatheEngine

struct TranscriptTests {
    private func finished(_ reply: ModelReply, turn: Int = 1) -> EventBody {
        .turnFinished(TurnFinished(turn: turn, reply: reply, seconds: 0))
    }

    private func result(_ number: Int, _ text: String, _ status: CellStatus = .ok) -> EventBody {
        .cellFinished(
            CellResult(
                number: number, status: status, seconds: 0, stdout: CapturedText(bytes: text.utf8.count, head: text)))
    }

    @Test func `a task, a call, its result and an answer alternate`() {
        var transcript = Transcript()
        transcript.apply(.taskSubmitted(TaskSubmitted(task: "count")))
        let reply = ModelReply(text: "", calls: [ToolCall(id: "a", code: "1+1")], stop: .toolUse, model: "m")
        transcript.apply(finished(reply))
        #expect(transcript.pendingCode == ["1+1"])
        transcript.apply(result(1, "2"))
        transcript.apply(finished(ModelReply(text: "Two.", stop: .endTurn, model: "m"), turn: 2))
        #expect(
            transcript.messages == [
                Message(.user, [.text("count")]),
                Message(.assistant, [.call(id: "a", code: "1+1")]),
                Message(.user, [.callResult(id: "a", text: "2", isError: false)]),
                Message(.assistant, [.text("Two.")]),
            ])
    }

    @Test func `a call that never ran is answered before anything else is said`() {
        var transcript = Transcript()
        transcript.apply(.taskSubmitted(TaskSubmitted(task: "one")))
        transcript.apply(
            finished(ModelReply(text: "", calls: [ToolCall(id: "a", code: "x")], stop: .toolUse, model: "m")))
        transcript.apply(.taskSubmitted(TaskSubmitted(task: "two")))
        #expect(
            transcript.messages.last
                == Message(
                    .user,
                    [
                        .callResult(id: "a", text: "Not run: the work was stopped before this cell.", isError: true),
                        .text("two"),
                    ]))
    }

    @Test func `a cut reply runs nothing`() {
        var transcript = Transcript()
        transcript.apply(.taskSubmitted(TaskSubmitted(task: "one")))
        transcript.apply(
            finished(ModelReply(text: "", calls: [ToolCall(id: "a", code: "print('ha")], stop: .maxTokens, model: "m")))
        #expect(transcript.pendingCode == [])
    }

    @Test func `a user's own cell is told to the model`() {
        var transcript = Transcript()
        transcript.apply(.cellStarted(Cell(number: 4, code: "x = 3\nx", author: .user)))
        transcript.apply(result(4, "3"))
        #expect(
            transcript.messages == [Message(.user, [.text("The user ran cell 4:\nx = 3\nx\n\nOutput:\n3")])])
    }

    @Test func `a reply made of text with a block counts as code`() {
        var transcript = Transcript()
        transcript.apply(.taskSubmitted(TaskSubmitted(task: "one")))
        transcript.apply(finished(ModelReply(text: "Look:\n```python\n1+1\n```\nIt is 3", stop: .endTurn, model: "m")))
        #expect(transcript.pendingCode == ["1+1"])
        #expect(transcript.messages.last?.blocks == [.text("Look:"), .call(id: "fence-1", code: "1+1")])
    }
}
