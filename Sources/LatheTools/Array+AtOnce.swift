extension Array where Element: Sendable {
    /// What `change` makes of each, in the order in which it is done; at most so many are under way at a time.
    func mapped<Result: Sendable>(
        atOnce most: Int, _ change: @escaping @Sendable (Element) async -> Result
    ) async -> [Result] {
        await withTaskGroup(of: Result.self) { group in
            for element in prefix(most) { group.addTask { await change(element) } }
            var rest = dropFirst(most)
            var results: [Result] = []
            while let result = await group.next() {
                results.append(result)
                if let next = rest.popFirst() { group.addTask { await change(next) } }
            }
            return results
        }
    }
}
