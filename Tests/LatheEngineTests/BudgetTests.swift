import LatheVocabulary
import Testing

@testable import LatheEngine

/// The arithmetic of budgets: nothing is used that was not reserved, and nothing is reserved twice.
@Suite struct BudgetTests {
    @Test func `what is reserved counts at once, and what was not used comes back`() throws {
        let budget = Budget(BudgetLimits(tokens: 1_000))
        try budget.reserve([.tokens: 700])
        let shortage = #expect(throws: Budget.Shortage.self) { try budget.reserve([.tokens: 400]) }
        #expect(shortage == Budget.Shortage(item: .tokens, needed: 400, left: 300, limit: 1_000, isPassing: true))
        budget.settle([.tokens: 700], used: [.tokens: 200])
        #expect(budget.left(.tokens) == 800)
        try budget.reserve([.tokens: 800])
        let final = #expect(throws: Budget.Shortage.self) { try budget.reserve([.tokens: 801]) }
        #expect(final?.isPassing == false, "800 is all that was never used")
    }

    @Test func `all items of a reservation fit, or none is counted`() throws {
        let budget = Budget(BudgetLimits(tokens: 100, microdollars: 10))
        #expect(throws: Budget.Shortage.self) { try budget.reserve([.tokens: 50, .microdollars: 11]) }
        try budget.reserve([.tokens: 100, .microdollars: 10])
    }

    @Test func `a child's limits are its parent's reservation, and what it leaves goes back`() throws {
        let root = Budget(BudgetLimits(tokens: 1_000))
        let child = try root.child(BudgetLimits(tokens: 600))
        #expect(root.left(.tokens) == 400)
        #expect(throws: Budget.Shortage.self) { _ = try root.child(BudgetLimits(tokens: 500)) }
        try child.reserve([.tokens: 500])
        child.settle([.tokens: 500], used: [.tokens: 250])
        #expect(child.left(.tokens) == 350)
        #expect(root.left(.tokens) == 400, "the child's use is inside its grant")
        child.close()
        #expect(root.left(.tokens) == 750)
    }

    @Test func `a child without limits draws on the nearest one above that has them`() throws {
        let root = Budget(BudgetLimits(tokens: 1_000, microdollars: 50))
        let middle = try root.child(BudgetLimits(tokens: 300))
        let leaf = try middle.child(BudgetLimits())
        #expect(leaf.left(.tokens) == 300)
        #expect(leaf.left(.microdollars) == 50)
        #expect(leaf.left(.modelCalls) == nil)
        try leaf.reserve([.tokens: 300, .microdollars: 50, .modelCalls: 7])
        leaf.settle([.tokens: 300, .microdollars: 50], used: [.tokens: 120, .microdollars: 20])
        leaf.close()
        middle.close()
        #expect(root.left(.tokens) == 880)
        #expect(root.left(.microdollars) == 30)
        #expect(root.leftText == "880 tokens, $0.00003")
    }

    @Test func `use beyond a reservation leaves less, and never more`() throws {
        let budget = Budget(BudgetLimits(tokens: 100))
        try budget.reserve([.tokens: 40])
        budget.settle([.tokens: 40], used: [.tokens: 130])
        #expect(budget.left(.tokens) == 0)
        #expect(throws: Budget.Shortage.self) { try budget.reserve([.tokens: 1]) }
    }

    @Test func `children at the same time cannot use more than their parent may`() async throws {
        let root = Budget(BudgetLimits(tokens: 10_000, modelCalls: 60))
        let used = await withTaskGroup { group in
            for seed in 1...16 {
                group.addTask {
                    var used = (tokens: 0, calls: 0)
                    guard
                        let child = try? root.child(seed.isMultiple(of: 4) ? BudgetLimits(tokens: 500) : BudgetLimits())
                    else { return used }
                    for round in 1...20 {
                        let wanted = 20 + (seed * 37 + round * 101) % 300
                        guard (try? child.reserve([.tokens: wanted, .modelCalls: 1])) != nil else { continue }
                        await Task.yield()
                        let real = wanted * (round % 5) / 4
                        child.settle(
                            [.tokens: wanted, .modelCalls: 1], used: [.tokens: min(real, wanted), .modelCalls: 1])
                        used.tokens += min(real, wanted)
                        used.calls += 1
                    }
                    child.close()
                    return used
                }
            }
            return await group.reduce(into: (tokens: 0, calls: 0)) {
                $0.tokens += $1.tokens
                $0.calls += $1.calls
            }
        }
        #expect(used.tokens <= 10_000)
        #expect(used.calls <= 60)
        #expect(root.left(.tokens) == 10_000 - used.tokens)
        #expect(root.left(.modelCalls) == 60 - used.calls)
    }

    @Test func `a request is bounded by its bytes, and once measured by what came since`() {
        let meter = InputMeter()
        var request = ModelRequest(
            place: .coordinator, turn: 1, system: String(repeating: "s", count: 2_000),
            messages: [Message(.user, [.text(String(repeating: "航", count: 1_000))])], state: "<state></state>")
        let first = meter.bound(of: request)
        #expect(first >= 2_000 + 3_000)
        meter.take(Usage(input: 1_200, cacheRead: 300), of: request)
        request.messages.append(Message(.assistant, [.call(id: "1", code: "x = 1")]))
        request.messages.append(
            Message(.user, [.callResult(id: "1", text: String(repeating: "r", count: 500), isError: false)]))
        let second = meter.bound(of: request)
        #expect(second >= 1_500 + 500)
        #expect(second < 1_500 + 800)
        meter.take(Usage(input: 1, isEstimated: true), of: request)
        #expect(meter.bound(of: request) == second, "a guess measures nothing")
    }

    @Test func `a conversation that was made shorter is bounded by what was measured and what is new in it`() {
        let meter = InputMeter()
        let parts = (0..<4).map { Message(.user, [.text(String(repeating: "\($0)", count: 4_000))]) }
        var request = ModelRequest(
            place: .coordinator, turn: 1, system: "s", messages: parts, state: "<state></state>")
        meter.take(Usage(input: 2_000), of: request)
        let stub = Message(.user, [.text(String(repeating: "-", count: 100))])
        request.messages = [stub, parts[3]]
        let bound = meter.bound(of: request)
        #expect(bound >= 2_000 + 100)
        #expect(bound < 2_000 + 250, "the bytes alone would be 4,100 and more")
        request.messages = [stub, stub]
        #expect(meter.bound(of: request) < 2_000, "and never by more than its bytes")
    }

    @Test(arguments: [
        (
            #"{"tokens": "200k", "usd": 1.5, "calls": 3, "subtasks": 2, "time": "10min"}"#,
            "200000 tokens, $1.50, 3 model calls, 2 subtasks, 600 s"
        ),
        (#"{"usd": "0.0005"}"#, "$0.0005"), (#"{}"#, ""),
    ])
    func `a budget is read as it is written`(json: String, text: String) throws {
        #expect(try BudgetLimits(JSONValue(parsing: json)).text == text)
    }

    @Test(arguments: [
        #"{"tokens": 0}"#, #"{"tokens": "many"}"#, #"{"usd": -1}"#, #"{"usd": 1e300}"#, #"{"time": "1 fortnight"}"#,
        #"{"euros": 3}"#,
        #"{"calls": [1]}"#, #"3"#,
    ])
    func `a budget that is none is refused with the mend`(json: String) throws {
        let value = try JSONValue(parsing: json)
        let problem = #expect(throws: LimitProblem.self) { _ = try BudgetLimits(value) }
        #expect(problem?.reason.isEmpty == false)
    }
}
