import Foundation
import LatheVocabulary
import Testing

@testable import LatheProviders

@Suite struct RequestFormTests {
    /// The requests of three turns of one conversation, each with a state of its own.
    private func turns(_ form: CodeForm) -> [ModelRequest] {
        let history: [Message] = [
            Message(.user, [.text("Why were flights late?")]),
            Message(.assistant, [.text("I look at it."), .call(id: "a", code: "flights.dtypes")]),
            Message(.user, [.callResult(id: "a", text: "dep_delay float64", isError: false)]),
            Message(.assistant, [.call(id: "b", code: "1/0"), .call(id: "c", code: "2")]),
            Message(
                .user,
                [
                    .callResult(id: "b", text: "ZeroDivisionError", isError: true),
                    .callResult(id: "c", text: "", isError: false),
                ]
            ),
        ]
        return [1, 3, 5].enumerated().map { turn, count in
            ModelRequest(
                place: .coordinator, turn: turn + 1, system: "You are careful.", messages: Array(history.prefix(count)),
                state: "<state>turn \(turn + 1)</state>", codeForm: form
            )
        }
    }

    private func withoutMarks(_ value: JSONValue) -> JSONValue {
        switch value {
        case .array(let items): return .array(items.map(withoutMarks))
        case .object(var members):
            members["cache_control"] = nil
            return .object(members.mapValues(withoutMarks))
        default: return value
        }
    }

    @Test(arguments: [CodeForm.tool, .fence])
    func `Anthropic's prompt of a turn is a prefix of the next one's`(form: CodeForm) throws {
        let bodies = turns(form).map {
            AnthropicRequest.body($0, model: "x", maxTokens: 100, repeatable: false)
        }
        for (earlier, later) in zip(bodies, bodies.dropFirst()) {
            #expect(earlier["system"] == later["system"])
            #expect(earlier["tools"] == later["tools"])
            let before = try #require(withoutMarks(earlier["messages"] ?? nil).arrayValue)
            let after = try #require(withoutMarks(later["messages"] ?? nil).arrayValue)
            #expect(before.dropLast() == after.prefix(before.count - 1))
            // The newest message's blocks but for the state, which stands last and is gone the next time.
            let newest = try #require(before.last?["content"]?.arrayValue)
            #expect(newest.last?["text"]?.stringValue?.hasPrefix("<state>") == true)
            #expect(Array(newest.dropLast()) == after[before.count - 1]["content"]?.arrayValue)
        }
    }

    @Test(arguments: [CodeForm.tool, .fence])
    func `a chat prompt of a turn is up to its state a prefix of the next one's`(form: CodeForm) throws {
        let bodies = turns(form).map { request in
            OpenAIRequest(
                model: "x", maxTokens: 100, repeatable: true,
                dialect: OpenAIDialect(takesCompletionTokens: true, takesGrammar: true), isSmall: true
            ).body(request)
        }
        for (earlier, later) in zip(bodies, bodies.dropFirst()) {
            let before = try #require(earlier["messages"]?.arrayValue)
            let after = try #require(later["messages"]?.arrayValue)
            #expect(before.dropLast() == after.prefix(before.count - 1))
            let newest = try #require(before.last?["content"]?.stringValue)
            let kept = try #require(after[before.count - 1]["content"]?.stringValue)
            #expect(newest.hasPrefix(kept + "\n\n<state>"))
        }
    }

    @Test(arguments: [CodeForm.tool, .fence])
    func `a responses prompt of a turn is up to its state a prefix of the next one's`(form: CodeForm) throws {
        let bodies = turns(form).map { ResponsesRequest(model: "x", maxTokens: 100, repeatable: false).body($0) }
        for (earlier, later) in zip(bodies, bodies.dropFirst()) {
            #expect(earlier["instructions"] == later["instructions"])
            #expect(earlier["store"] == false)
            let before = try #require(earlier["input"]?.arrayValue)
            let after = try #require(later["input"]?.arrayValue)
            #expect(before.dropLast() == after.prefix(before.count - 1))
            func text(_ item: JSONValue?) -> String? { (item?["content"] ?? item?["output"])?.stringValue }
            let newest = try #require(text(before.last))
            #expect(newest.hasPrefix(try #require(text(after[before.count - 1])) + "\n\n<state>"))
        }
    }

    @Test func `a responses prompt names each call and each result by its own item`() throws {
        let body = ResponsesRequest(model: "x", maxTokens: 9, repeatable: true).body(turns(.tool)[2])
        let items = try #require(body["input"]?.arrayValue)
        #expect(
            items.map { $0["type"]?.stringValue ?? $0["role"]?.stringValue } == [
                "user", "assistant", "function_call", "function_call_output", "function_call", "function_call",
                "function_call_output", "function_call_output",
            ])
        #expect(items.compactMap { $0["call_id"]?.stringValue } == ["a", "a", "b", "c", "b", "c"])
        #expect(items[7]["output"]?.stringValue == "(no output)\n\n<state>turn 3</state>")
        #expect(body["max_output_tokens"] == 9)
        #expect(body["temperature"] == 0)
    }

    @Test(arguments: [
        ("gpt-4o", OpenAIForm.chat), ("gpt-5", .chat), ("gpt-5-mini", .chat), ("gpt-5.5-2026-04-01", .chat),
        ("gpt-5.6-sol", .responses), ("gpt-6.1-sol-2026-09-29", .responses), ("gpt-12", .responses),
        ("gpt-oss-120b", .chat), ("scripted", .chat), ("gpt-x", .chat), ("gpt-6x", .chat),
    ])
    func `the form follows from a model's name`(name: String, form: OpenAIForm) {
        #expect(OpenAIForm.usual(for: name) == form)
    }

    @Test func `marks stand on the system text and on the newest stable block, never on the state`() throws {
        let body = AnthropicRequest.body(turns(.tool)[2], model: "x", maxTokens: 100, repeatable: false)
        #expect(body["system"]?.arrayValue?.last?["cache_control"]?["type"] == "ephemeral")
        let messages = try #require(body["messages"]?.arrayValue)
        let newest = try #require(messages.last?["content"]?.arrayValue)
        #expect(newest.map { $0["cache_control"] != nil } == [false, true, false])
        #expect(messages.dropLast().allSatisfy { !$0.text.contains("cache_control") })
    }

    @Test func `fence mode sends no tool and writes calls and results as text`() throws {
        let request = turns(.fence)[2]
        let body = OpenAIRequest(
            model: "x", maxTokens: 9, repeatable: true,
            dialect: OpenAIDialect(takesCompletionTokens: false, takesGrammar: true), isSmall: true
        ).body(request)
        let texts = try #require(body["messages"]?.arrayValue).compactMap { $0["content"]?.stringValue }
        #expect(body["tools"] == nil)
        #expect(texts[2] == "I look at it.\n\n```python\nflights.dtypes\n```")
        #expect(texts[5].hasPrefix("The code failed:\nZeroDivisionError\n\nOutput:\n(no output)"))
        #expect(body["cache_prompt"] == false)
        #expect(body["temperature"] == 0)
        #expect(body["max_tokens"] == 9)
        #expect(body["grammar"]?.stringValue == FenceForm.grammar(.codeOrAnswer, lines: .terse))
    }

    @Test func `a schema binds the reply where no code is asked for`() {
        let schema: JSONValue = ["type": "array", "items": ["type": "integer"]]
        let asked = request(codeForm: nil, schema: schema)
        let messages = AnthropicRequest.body(asked, model: "x", maxTokens: 9, repeatable: false)
        #expect(messages["tool_choice"]?["name"] == "reply")
        #expect(messages["tools"]?.arrayValue?.first?["input_schema"]?["properties"]?["value"] == schema)
        let chat = OpenAIRequest(
            model: "x", maxTokens: 9, repeatable: false, dialect: OpenAIDialect(takesCompletionTokens: true)
        ).body(asked)
        #expect(chat["response_format"]?["json_schema"]?["strict"] == true)
        #expect(chat["response_format"]?["json_schema"]?["schema"]?["properties"]?["value"] == schema)
        let responses = ResponsesRequest(model: "x", maxTokens: 9, repeatable: false).body(asked)
        #expect(responses["text"]?["format"]?["strict"] == true)
        #expect(responses["text"]?["format"]?["schema"]?["properties"]?["value"] == schema)
        var unforced = AnthropicDialect(binding: .format)
        let bound = AnthropicRequest.body(asked, model: "x", maxTokens: 9, repeatable: true, dialect: unforced)
        #expect(bound["tool_choice"] == nil && bound["tools"] == nil)
        #expect(bound["output_config"]?["format"]?["schema"]?["properties"]?["value"] == schema)
        // An open object cannot be bound by a format.
        let open = request(codeForm: nil, schema: ["type": "object", "properties": ["n": ["type": "integer"]]])
        unforced.takesTemperature = false
        let offered = AnthropicRequest.body(open, model: "x", maxTokens: 9, repeatable: true, dialect: unforced)
        #expect(offered["tool_choice"] == nil && offered["temperature"] == nil)
        #expect(offered["tools"]?.arrayValue?.first?["name"] == "reply")
    }
}
