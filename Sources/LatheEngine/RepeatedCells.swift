internal import LatheVocabulary

/// Notices the same code with the same result, again and again, also where two cells take turns.
struct RepeatedCells: Sendable, Hashable {
    private struct Run: Sendable, Hashable {
        var code: String
        var result: [String]
    }

    private var newest: [Run] = []

    /// How often this code had this result among the newest `window` runs, this one included.
    mutating func add(_ code: String, _ results: [CellResult], window: Int) -> Int {
        let run = Run(code: code, result: results.flatMap(\.sayings))
        newest = Array((newest + [run]).suffix(max(window, 1)))
        return newest.count { $0 == run }
    }
}

extension CellResult {
    /// What a cell came to, without what differs in every run: its number, its time, the name of its value.
    fileprivate var sayings: [String] {
        let texts = [stdout, stderr, value?.text ?? CapturedText()]
        return [status.rawValue, failure?.type ?? "", failure?.message ?? ""]
            + texts.map { "\($0.bytes) \($0.head)\($0.tail)" } + artifacts.map(\.name)
    }
}
