extension BudgetLimits {
    /// The names of limits in lathe.json and in delegations.
    package static let names = ["tokens", "usd", "calls", "subtasks", "time"]

    /// Reads an object such as `{"tokens": 200000, "usd": 1.5, "calls": 40, "subtasks": 20, "time": "30min"}`.
    package init(_ object: JSONValue) throws(LimitProblem) {
        guard let members = object.objectValue else {
            throw LimitProblem(reason: "a budget is an object such as {\"tokens\": 200000, \"usd\": 1.5}")
        }
        self.init()
        for (name, value) in members.sorted(by: { $0.key < $1.key }) {
            let text = value.stringValue ?? value.numberValue.flatMap(Self.plain)
            guard let text else {
                throw LimitProblem(reason: "budget \(name) must be a number above 0, or a text with a unit")
            }
            switch name {
            case "tokens": tokens = try Self.count(text, "tokens")
            case "usd": microdollars = try Self.dollars(text, "usd")
            case "calls": modelCalls = try Self.count(text, "calls")
            case "subtasks": subtasks = try Self.count(text, "subtasks")
            case "time": seconds = try Self.time(text, "time")
            default:
                let known = Self.names.joined(separator: ", ")
                throw LimitProblem(reason: "there is no budget of '\(name.prefix(40))'; there are \(known)")
            }
        }
    }

    /// A count such as `200000`, `200k` or `2M`.
    package static func count(_ text: String, _ name: String) throws(LimitProblem) -> Int {
        guard let value = amount(text, ["": 1, "k": 1e3, "m": 1e6]), value >= 1, value <= 1e15 else {
            throw LimitProblem(
                reason: "\(name) takes a number above 0 such as 200000, 200k or 2M, not '\(text.prefix(40))'")
        }
        return Int(value.rounded(.down))
    }

    /// US dollars such as `1.50`, as millionths.
    package static func dollars(_ text: String, _ name: String) throws(LimitProblem) -> Int {
        let bare = text.hasPrefix("$") ? String(text.dropFirst()) : text
        guard let value = amount(bare, ["": 1e6]), value >= 1, value <= 1e15 else {
            throw LimitProblem(reason: "\(name) takes US dollars above 0 such as 0.50 or 20, not '\(text.prefix(40))'")
        }
        return Int(value.rounded(.down))
    }

    /// Wall time such as `90s`, `10min` or `2h`, in seconds.
    package static func time(_ text: String, _ name: String) throws(LimitProblem) -> Double {
        guard let value = amount(text, ["": 1, "s": 1, "min": 60, "h": 3600]), value >= 1, value <= 31_536_000 else {
            throw LimitProblem(
                reason: "\(name) takes a time from 1s to 365 days such as 90s, 10min or 2h, not '\(text.prefix(40))'")
        }
        return value
    }

    /// A number of JSON as its reader here takes it; nil for one that no budget can have.
    private static func plain(_ number: Double) -> String? {
        guard number > 0, number <= 1e15 else { return nil }
        return number == number.rounded() ? "\(Int(number))" : "\(number)"
    }

    private static func amount(_ text: String, _ units: [String: Double]) -> Double? {
        let trimmed = text.filter { $0 != " " && $0 != "_" }
        let digits = trimmed.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        guard let number = Double(digits), number.isFinite,
            let unit = units[trimmed.dropFirst(digits.count).lowercased()]
        else { return nil }
        return number * unit
    }

    /// As `init` reads it.
    package var json: JSONValue {
        var members: [String: JSONValue] = [:]
        members["tokens"] = tokens.map(JSONValue.integer)
        members["usd"] = microdollars.map { .number(Double($0) / 1_000_000) }
        members["calls"] = modelCalls.map(JSONValue.integer)
        members["subtasks"] = subtasks.map(JSONValue.integer)
        members["time"] = seconds.map(JSONValue.number)
        return .object(members)
    }

    /// As options, such as `200000 tokens, $1.50, 1800 s`; empty without limits.
    package var text: String {
        var parts = BudgetItem.allCases.compactMap { item in limit(of: item).map(item.text) }
        if let seconds { parts.append("\(Int(seconds)) s") }
        return parts.joined(separator: ", ")
    }
}
