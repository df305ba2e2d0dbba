internal import LatheVocabulary

/// What a task has used so far, by place, as the journal says: what was settled, and what was set aside for requests that
/// have no reply, since nobody knows of those.
struct TaskSpending: Sendable {
    private struct Turn: Hashable {
        var place: Place
        var number: Int
    }

    private struct Account: Sendable {
        var sum = Spending.Sum()
        var used: Amounts = [:]
    }

    private var accounts: [Place: Account] = [:]
    private var open: [Turn: Amounts] = [:]

    mutating func apply(_ event: Event) {
        switch event.body {
        case .turnStarted(let started):
            let turn = Turn(place: event.place, number: started.turn)
            // Sent a second time: what was set aside for the first stays used.
            if let earlier = open[turn] { accounts[event.place, default: Account()].used += earlier }
            open[turn] = Amounts(named: started.reserved ?? [:])
        case .turnFinished(let finished): finish(finished, at: event.place)
        case .turnFailed(let failed):
            guard let reserved = open.removeValue(forKey: Turn(place: event.place, number: failed.turn)) else { return }
            let untold = failed.untoldAttempts ?? 0
            for _ in 0..<min(untold, 1_000) { accounts[event.place, default: Account()].used += reserved }
            if untold == 0 { accounts[event.place, default: Account()].used += [.modelCalls: 1] }
        case .hostAnswered(let answered) where answered.name == "delegate" && !answered.isRecorded:
            let count = answered.value?["subtasks"]?.arrayValue?.count ?? 0
            accounts[event.place, default: Account()].used += [.subtasks: count]
        default: break
        }
    }

    private mutating func finish(_ finished: TurnFinished, at place: Place) {
        let reserved = open.removeValue(forKey: Turn(place: place, number: finished.turn)) ?? [:]
        var account = accounts[place] ?? Account()
        account.sum.usage = account.sum.usage + finished.reply.usage
        account.sum.cost = account.sum.cost + finished.reply.cost
        account.sum.turns += 1
        if !finished.isReplayed {
            var used: Amounts = [.modelCalls: 1, .tokens: finished.reply.usage.total]
            if case .microdollars(let cost) = finished.reply.cost { used[.microdollars] = cost }
            if finished.reply.usage.isEstimated { used.merge(reserved) { max($0, $1) } }
            account.used += used
            for _ in 0..<min(finished.untoldAttempts ?? 0, 1_000) { account.used += reserved }
        }
        accounts[place] = account
    }

    /// What a place and all below it used, with what is open.
    func used(below place: Place) -> Amounts {
        var total: Amounts = [:]
        for (other, account) in accounts where other.isWithin(place) { total += account.used }
        for (turn, reserved) in open where turn.place.isWithin(place) { total += reserved }
        return total
    }

    func sum(below place: Place) -> Spending.Sum {
        var total = Spending.Sum()
        for (other, account) in accounts where other.isWithin(place) {
            total.usage = total.usage + account.sum.usage
            total.cost = total.cost + account.sum.cost
            total.turns += account.sum.turns
        }
        return total
    }

    /// Requests without a reply, as `place turn N`.
    var openTurns: [String] {
        open.keys.sorted { ($0.place.description, $0.number) < ($1.place.description, $1.number) }
            .map { "\($0.place) turn \($0.number)" }
    }

    var openAmounts: Amounts {
        var total: Amounts = [:]
        for reserved in open.values { total += reserved }
        return total
    }
}

extension Dictionary where Key == BudgetItem, Value == Int {
    /// Amounts by the names that the journal gives items.
    init(named amounts: [String: Int]) {
        self.init()
        for (name, amount) in amounts { if let item = BudgetItem(rawValue: name) { self[item] = amount } }
    }

    var byName: [String: Int] { [String: Int](uniqueKeysWithValues: map { ($0.key.rawValue, $0.value) }) }

    static func += (left: inout Self, right: Self) { left.merge(right) { $0 + $1 } }
}
