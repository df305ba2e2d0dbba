internal import LatheVocabulary

extension KernelMessages {
    /// The most that a cell may say, as docs/kernel-protocol.md has it.
    private static let (mostKept, mostLeftOut, callCharacters, resultCharacters) = (8, 10, 2_100, 1_100)

    /// Calls of functions of cells; nil where none are told. What is no call is left out, and what is too long is cut.
    static func calls(_ value: JSONValue?) -> CellCalls? {
        let items = value?["kept"]?.arrayValue ?? []
        let kept = items.prefix(mostKept).compactMap { item -> CellCalls.Call? in
            guard let function = item["function"]?.stringValue, function.utf8.count <= 64,
                item["call"]?.stringValue != nil
            else { return nil }
            let result = item["result"].map { bounded($0, resultCharacters) }
            return CellCalls.Call(
                function: function, call: bounded(item["call"], callCharacters),
                result: item["result"]?.stringValue == nil ? nil : result)
        }
        var leftOut = (value?["left_out"]?.arrayValue ?? []).prefix(mostLeftOut).map { bounded($0, 200) }
        if items.count > kept.count { leftOut.append("\(items.count - kept.count) calls that lathe did not take") }
        return kept.isEmpty && leftOut.isEmpty ? nil : CellCalls(kept: kept, leftOut: leftOut)
    }
}
