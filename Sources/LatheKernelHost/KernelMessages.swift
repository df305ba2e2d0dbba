internal import LatheVocabulary
internal import LatheWire

/// What a kernel said, read from a frame's payload: strict where the meaning hangs on it, lenient in what is only shown.
enum KernelMessages {
    static func object(_ frame: Frame) throws(WireError) -> JSONValue {
        let value: JSONValue
        do throws(JSONError) {
            value = try JSONValue(parsing: frame.payload)
        } catch {
            throw WireError(.malformedPayload, "the payload of `\(frame.kind)` is no acceptable JSON: \(error.reason)")
        }
        guard value.objectValue != nil else {
            throw WireError(.malformedPayload, "the payload of `\(frame.kind)` is no object")
        }
        return value
    }

    struct Started {
        var variables: VariableListing
        var problems: [String]

        init(_ payload: JSONValue) {
            variables = listing(payload["variables"])
            let all = (payload["problems"]?.arrayValue ?? []).compactMap(\.stringValue)
            problems = all.prefix(50).map { String($0.prefix(2000)) }
            if all.count > 50 { problems.append("\(all.count - 50) more problems were left out") }
        }
    }

    struct Finished {
        var cell: Int
        var status: CellStatus
        var seconds: Double
        var result: (type: String, text: String, name: String, characters: Int, number: Double?)?
        var failure: CellResult.Failure?
        var variables: VariableListing
        var used: [CapabilityUse]?
        var calls: CellCalls?

        init?(_ payload: JSONValue) {
            guard let cell = payload["cell"]?.integerValue,
                let status = payload["status"]?.stringValue.flatMap(CellStatus.init(rawValue:)), status != .died
            else { return nil }
            self.cell = cell
            self.status = status
            seconds = max(payload["seconds"]?.numberValue ?? 0, 0)
            variables = listing(payload["variables"])
            used = uses(payload["used"])
            calls = KernelMessages.calls(payload["calls"])
            if let value = payload["result"], let text = value["text"]?.stringValue {
                result = (
                    bounded(value["type"], 200), text, bounded(value["name"], 200),
                    value["characters"]?.integerValue ?? text.unicodeScalars.count,
                    value["number"]?.numberValue.flatMap { $0.isFinite ? $0 : nil }
                )
            }
            if let error = payload["error"], error.objectValue != nil {
                failure = CellResult.Failure(
                    type: bounded(error["type"], 200), message: bounded(error["message"], 4000),
                    traceback: bounded(error["traceback"], 32_000))
            }
        }
    }

    /// What keeps a kernel from being copied; each text bounded, whatever the kernel sent.
    static func obstacles(_ value: JSONValue?) -> [CopyObstacle] {
        (value?.arrayValue ?? []).prefix(16).map { item in
            CopyObstacle(
                kind: bounded(item["kind"], 40), name: bounded(item["name"], 300), mend: bounded(item["mend"], 300))
        }
    }

    /// The variables as they are shown: at most 80, each of bounded size, whatever the kernel sent.
    static func listing(_ value: JSONValue?) -> VariableListing {
        let items = value?["items"]?.arrayValue ?? []
        let omitted = max(value?["omitted"]?.integerValue ?? 0, 0)
        return VariableListing(
            items: items.prefix(80).map(variable),
            omitted: min(omitted, Int(Int32.max)) + max(items.count - 80, 0), memory: memory(value?["memory"]))
    }

    private static func memory(_ value: JSONValue?) -> MemoryUse? {
        guard let used = value?["used"]?.integerValue, let limit = value?["limit"]?.integerValue, used >= 0, limit > 0
        else { return nil }
        let kept = (value?["kept"]?.arrayValue ?? []).prefix(5).compactMap { pair -> MemoryUse.Kept? in
            guard let bytes = pair.arrayValue?.last?.integerValue, bytes >= 0 else { return nil }
            return MemoryUse.Kept(name: bounded(pair.arrayValue?.first, 40), bytes: bytes)
        }
        return MemoryUse(used: used, limit: limit, kept: kept.isEmpty ? nil : kept)
    }

    private static func variable(_ item: JSONValue) -> Variable {
        let columns = item["columns"]?.arrayValue ?? []
        return Variable(
            name: bounded(item["name"], 200), type: bounded(item["type"], 200), bytes: item["bytes"]?.integerValue,
            shape: (item["shape"]?.arrayValue ?? []).prefix(16).compactMap(\.integerValue),
            columns: columns.prefix(60).map { pair in
                let parts = pair.arrayValue ?? []
                return Variable.Column(name: bounded(parts.first, 200), type: bounded(parts.last, 100))
            },
            columnsOmitted: min(max(item["columns_omitted"]?.integerValue ?? 0, 0), Int(Int32.max))
                + max(columns.count - 60, 0),
            note: bounded(item["note"], 500))
    }

    /// A text cut in its middle, which says so.
    static func bounded(_ value: JSONValue?, _ limit: Int) -> String {
        let text = value?.stringValue ?? ""
        guard text.unicodeScalars.count > limit else { return text }
        let left = text.unicodeScalars.count - limit
        return String(text.unicodeScalars.prefix(limit / 2)) + "\n[… \(left) characters left out …]\n"
            + String(text.unicodeScalars.suffix(limit - limit / 2))
    }
}
