import Foundation
import LatheVocabulary
import Testing

@testable import LatheProviders

@Suite struct AccountPaceTests {
    @Test func `nothing waits while nothing was refused`() {
        var rule = PaceRule()
        #expect((1...3).map { _ in rule.begin(at: 5) } == [5, 5, 5])
    }

    @Test func `after a refusal all calls wait, and begin one after the other`() {
        var rule = PaceRule()
        let began = rule.begin(at: 1)
        rule.refused(began, at: 2, wait: 10)
        let starts = (1...3).map { _ in rule.begin(at: 3) }
        #expect(starts[0] == 12)
        #expect(abs(starts[1] - starts[0] - rule.spacing) < 1e-9)
        #expect(abs(starts[2] - starts[1] - rule.spacing) < 1e-9)
        #expect(rule.spacing > 0)
    }

    @Test func `calls that were refused together count once, and each later refusal doubles the spacing up to a bound`()
    {
        var rule = PaceRule()
        for _ in 1...8 { rule.refused(1, at: 2, wait: 0) }
        let once = rule.spacing
        for round in 1...20 {
            rule.refused(Double(round * 10), at: Double(round * 10 + 1), wait: 0)
            if round == 1 { #expect(rule.spacing == 2 * once) }
        }
        #expect(rule.spacing == 10)
    }

    @Test func `calls that go through bring the full speed back`() {
        var rule = PaceRule()
        rule.refused(1, at: 2, wait: 0)
        for _ in 1...25 { rule.succeeded() }
        #expect(rule.spacing == 0)
    }

    @Test func `one model's refusal makes another of the same account wait`() async throws {
        let reply = """
            data: {"choices":[{"delta":{"content":"ok"},"finish_reason":"stop"}]}

            data: [DONE]


            """
        let head = ["content-type": "text/event-stream"]
        let server = try StagedServer([
            .answer(status: 429, headers: ["retry-after-ms": "1500"], body: "{}"),
            .answer(status: 200, headers: head, body: reply),
        ])
        let pace = AccountPace()
        func model(_ name: String) -> OpenAIModel {
            OpenAIModel(
                name: name, model: name, server: .local, base: server.base, key: nil, price: .free,
                retries: RetryPolicy(attempts: 3, firstWait: 0.02), pace: pace)
        }
        let request = ModelRequest(place: .coordinator, turn: 1, system: "s", messages: [Message(.user, [.text("x")])])
        // Told before the first call waits: from here on nothing may be sent for a second and a half.
        let (limits, limit) = AsyncStream.makeStream(of: ContinuousClock.Instant.self)
        async let first = model("a").reply(to: request) { step in
            if case .retrying = step { limit.yield(.now) }
        }
        var limited = limits.makeAsyncIterator()
        let began = try #require(await limited.next())
        let second = try await model("b").reply(to: request) { _ in }
        #expect(ContinuousClock.now - began > .milliseconds(1_400))
        #expect(second.text == "ok")
        #expect(try await first.text == "ok")
        #expect(server.requests.count == 3)
    }
}
