internal import LatheVocabulary
internal import Synchronization

/// What the conveners of roundtables may still use, by table. Safe from any thread.
final class TableBudgets: Sendable {
    private let left = Mutex<[Int: BudgetLimits]>([:])

    /// A table that is opened once more, by a cell that runs again, goes on with what it has.
    func begin(_ table: Int, _ limits: BudgetLimits) { left.withLock { $0[table] = $0[table] ?? limits } }

    /// Takes what is left of a table's, which is nobody else's until it is given back; `known` is what it begins with.
    func take(_ table: Int, _ known: BudgetLimits) -> BudgetLimits {
        left.withLock { left in
            let limits = left[table] ?? known
            left[table] = BudgetLimits(tokens: 0, modelCalls: 0)
            return limits
        }
    }

    func giveBack(_ table: Int, _ limits: BudgetLimits) { left.withLock { $0[table] = limits } }
}

extension HostDesk {
    /// Asks a question with what it may use: a convener's with what its table set aside for questions, any other with what the place has.
    func paying<Value: Sendable>(
        _ arguments: HostArguments, _ ask: (Spending) async throws(HostRefusal) -> Value
    ) async throws(HostRefusal) -> Value {
        guard let table = try arguments.optionalInteger("table", in: 1...1_000_000) else {
            return try await ask(spending)
        }
        let past = try await RoundtablePast(services.log, at: place)
        guard let opened = past.opened[table], past.closed[table] == nil else {
            throw HostRefusal("invalid_arguments", "ask_model: this kernel has no open table \(table)")
        }
        guard let known = opened.questions else { return try await ask(spending) }
        let limits = delegation.tables.take(table, known)
        let budget: Budget
        do throws(HostRefusal) {
            budget = try await child(limits)
        } catch {
            delegation.tables.giveBack(table, limits)
            throw error
        }
        defer {
            delegation.tables.giveBack(table, budget.remaining(of: limits))
            budget.close()
        }
        return try await ask(Spending(below: spending, budget: budget))
    }

    /// A budget of these limits below the place's own, and of what that has left where it is less.
    private func child(_ limits: BudgetLimits) async throws(HostRefusal) -> Budget {
        while true {
            var granted = limits
            granted.tokens = least(limits.tokens, .tokens)
            granted.microdollars = least(limits.microdollars, .microdollars)
            granted.modelCalls = least(limits.modelCalls, .modelCalls)
            do throws(Budget.Shortage) {
                return try spending.budget.child(granted)
            } catch {
                // Other calls give back what they do not use when their replies come.
                guard error.isPassing, (try? await Task.sleep(for: .milliseconds(20))) != nil else {
                    throw HostRefusal("out_of_budget", "roundtable: nothing is left for its convener's questions")
                }
            }
        }
    }

    private func least(_ limit: Int?, _ item: BudgetItem) -> Int? {
        limit.map { min($0, spending.budget.left(item) ?? $0) }
    }
}

extension Budget {
    /// What is not used of the items that limits name.
    fileprivate func remaining(of limits: BudgetLimits) -> BudgetLimits {
        BudgetLimits(
            tokens: limits.tokens == nil ? nil : left(.tokens),
            microdollars: limits.microdollars == nil ? nil : left(.microdollars),
            modelCalls: limits.modelCalls == nil ? nil : left(.modelCalls))
    }
}
