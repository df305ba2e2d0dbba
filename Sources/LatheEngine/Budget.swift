internal import LatheVocabulary
internal import Synchronization

/// What is set aside or spent, item by item. Items that are missing count 0.
typealias Amounts = [BudgetItem: Int]

/// One node of a task's budget: the task itself, or a subtask below it. Safe from any thread.
///
/// Nothing is used before it is reserved, and a reservation succeeds only where it fits into every limit above it, decided
/// under one lock for the whole tree: so any number of parallel children cannot use more than their parent may. A child with
/// limits of its own gets them as a reservation from its parent, and gives back what it did not use when it is closed.
final class Budget: Sendable {
    /// A limit that a reservation does not fit into.
    struct Shortage: Error, Sendable, Hashable {
        var item: BudgetItem
        var needed: Int
        /// What is neither used nor set aside.
        var left: Int
        var limit: Int
        /// Whether it would fit once what is set aside for calls under way was given back.
        var isPassing: Bool
    }

    private struct Node {
        var parent: Int?
        var limits: BudgetLimits
        /// Under each limit of this node: what was used or granted to children, and what is set aside for calls under way.
        var used: Amounts = [:]
        var held: Amounts = [:]
    }

    private final class Book: Sendable {
        let nodes: Mutex<[Int: Node]>
        init(_ root: Node) { nodes = Mutex([0: root]) }
    }

    private let book: Book
    private let number: Int

    /// The budget of a whole task, of which an earlier program run may have used some.
    init(_ limits: BudgetLimits, used: Amounts = [:]) {
        book = Book(Node(limits: limits, used: used))
        number = 0
    }

    private init(_ book: Book, _ number: Int) {
        self.book = book
        self.number = number
    }

    /// A child's budget. Its limits are reserved here first; nil limits draw on this budget as they go.
    func child(_ limits: BudgetLimits) throws(Shortage) -> Budget {
        let number = try book.nodes.withLock { nodes throws(Shortage) in
            let grant = limits.amounts
            let homes = try Self.room(for: grant, from: self.number, in: nodes)
            for (item, home) in homes { nodes[home]?.used[item, default: 0] += grant[item, default: 0] }
            let number = (nodes.keys.max() ?? 0) + 1
            nodes[number] = Node(parent: self.number, limits: limits)
            return number
        }
        return Budget(book, number)
    }

    /// Returns what a child did not use to its parent. Its own children must be closed.
    func close() {
        book.nodes.withLock { nodes in
            guard let node = nodes[number], let parent = node.parent else { return }
            nodes[number] = nil
            for (item, granted) in node.limits.amounts {
                guard let home = Self.home(of: item, from: parent, in: nodes) else { continue }
                nodes[home]?.used[item, default: 0] -= granted - node.used[item, default: 0]
            }
        }
    }

    /// Sets amounts aside before they are used; all of them or none.
    func reserve(_ amounts: Amounts) throws(Shortage) {
        try book.nodes.withLock { nodes throws(Shortage) in
            let homes = try Self.room(for: amounts, from: number, in: nodes)
            for (item, home) in homes { nodes[home]?.held[item, default: 0] += amounts[item, default: 0] }
        }
    }

    /// Replaces a reservation by what was really used, which may be more: then later reservations have less.
    func settle(_ reserved: Amounts, used: Amounts) {
        book.nodes.withLock { nodes in
            for item in BudgetItem.allCases {
                guard let home = Self.home(of: item, from: number, in: nodes) else { continue }
                nodes[home]?.held[item, default: 0] -= reserved[item, default: 0]
                nodes[home]?.used[item, default: 0] += used[item, default: 0]
            }
        }
    }

    /// What is not used of an item, set aside or not; nil where nothing limits it.
    func left(_ item: BudgetItem) -> Int? {
        book.nodes.withLock { nodes in
            guard let home = Self.home(of: item, from: number, in: nodes), let node = nodes[home] else { return nil }
            return max((node.limits.limit(of: item) ?? 0) - node.used[item, default: 0], 0)
        }
    }

    /// What is set aside for calls under way, here and below where a child has no limit of its own.
    var held: Amounts { book.nodes.withLock { $0[number]?.held ?? [:] } }

    /// The limit that an item meets first on the way up; nil where nothing limits it.
    func limit(_ item: BudgetItem) -> Int? {
        book.nodes.withLock { nodes in
            Self.home(of: item, from: number, in: nodes).flatMap { nodes[$0]?.limits.limit(of: item) }
        }
    }

    /// What is left, for a model: `41000 tokens, $0.12`; nil where nothing is limited.
    var leftText: String? {
        let parts = BudgetItem.allCases.compactMap { item in left(item).map(item.text) }
        return parts.isEmpty ? nil : parts.joined(separator: ", ")
    }

    // MARK: Changing limits while they hold

    /// Sets the limits that `change` names, all or none; the others stay. Returns all that hold here then.
    ///
    /// What was used and set aside stays within each limit; a part of a parent's budget grows only where the parent has room, and
    /// gives back what it loses. `unlimited` is what the task used of what it had no limit for. A trial changes nothing.
    func change(_ change: BudgetLimits, unlimited: Amounts, isTrial: Bool) throws(HostRefusal) -> BudgetLimits {
        try book.nodes.withLock { nodes throws(HostRefusal) in
            var changed = nodes
            for item in BudgetItem.allCases {
                guard let limit = change.limit(of: item) else { continue }
                try Self.change(item, to: limit, of: number, unlimited[item, default: 0], in: &changed)
            }
            if !isTrial { nodes = changed }
            return changed[number]?.limits ?? BudgetLimits()
        }
    }

    private static func change(
        _ item: BudgetItem, to limit: Int, of number: Int, _ unlimited: Int, in nodes: inout [Int: Node]
    ) throws(HostRefusal) {
        guard var node = nodes[number] else { throw HostRefusal("gone", "it has ended") }
        let old = node.limits.limit(of: item)
        guard old != nil || node.parent == nil else {
            throw HostRefusal(
                "not_allowed",
                "it has no part of its own of \(item.rawValue): it draws on what is above it; change that")
        }
        if old == nil { node.used[item] = unlimited }
        let least = node.used[item, default: 0] + node.held[item, default: 0]
        guard limit >= least else {
            throw HostRefusal(
                "limit",
                "\(item.text(limit)) are less than the \(item.text(least)) that are used or set aside for calls under way"
            )
        }
        node.limits.set(item, to: limit)
        nodes[number] = node
        guard let parent = node.parent, let old, let home = home(of: item, from: parent, in: nodes),
            let above = nodes[home]
        else { return }
        let left = (above.limits.limit(of: item) ?? 0) - above.used[item, default: 0] - above.held[item, default: 0]
        guard limit - old <= left else {
            throw HostRefusal(
                "limit",
                "\(item.text(limit - old)) more are asked for, and what is above it has \(item.text(max(left, 0))) left"
            )
        }
        nodes[home]?.used[item, default: 0] += limit - old
    }

    // MARK: Under the lock

    /// The nearest node that limits an item: what is above it was reserved there when it was opened.
    private static func home(of item: BudgetItem, from number: Int, in nodes: [Int: Node]) -> Int? {
        var next: Int? = number
        while let number = next, let node = nodes[number] {
            if node.limits.limit(of: item) != nil { return number }
            next = node.parent
        }
        return nil
    }

    /// Where each amount that something limits is to be counted, once all of them fit.
    private static func room(
        for amounts: Amounts, from number: Int, in nodes: [Int: Node]
    ) throws(Shortage) -> [BudgetItem: Int] {
        var homes: [BudgetItem: Int] = [:]
        for item in BudgetItem.allCases {
            let amount = amounts[item, default: 0]
            guard amount > 0, let home = home(of: item, from: number, in: nodes), let node = nodes[home] else {
                continue
            }
            let limit = node.limits.limit(of: item) ?? 0
            let unused = limit - node.used[item, default: 0]
            let left = unused - node.held[item, default: 0]
            guard amount <= left else {
                throw Shortage(
                    item: item, needed: amount, left: max(left, 0), limit: limit, isPassing: amount <= unused)
            }
            homes[item] = home
        }
        return homes
    }
}

extension BudgetLimits {
    /// The limits that are set, as amounts to reserve.
    fileprivate var amounts: Amounts {
        var amounts: Amounts = [:]
        for item in BudgetItem.allCases { amounts[item] = limit(of: item) }
        return amounts
    }
}

extension BudgetLimits {
    /// Limits one item.
    fileprivate mutating func set(_ item: BudgetItem, to amount: Int) {
        switch item {
        case .tokens: tokens = amount
        case .microdollars: microdollars = amount
        case .modelCalls: modelCalls = amount
        case .subtasks: subtasks = amount
        }
    }
}
