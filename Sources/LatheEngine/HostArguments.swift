internal import LatheVocabulary

/// A host call's refusal: the code and the reason that the calling code sees as an exception.
struct HostRefusal: Error, Sendable, Hashable {
    var code: String
    var reason: String

    init(_ code: String, _ reason: String) {
        self.code = code
        self.reason = reason
    }
}

/// Typed reading of a host call's arguments, which are untrusted.
struct HostArguments: Sendable {
    let call: String
    let values: [String: JSONValue]

    init(_ call: HostCall) throws(HostRefusal) {
        guard let values = call.arguments.objectValue else {
            throw HostRefusal("invalid_arguments", "\(call.name) takes an object of arguments")
        }
        self.call = call.name
        self.values = values
    }

    func text(_ name: String, upTo cap: Int) throws(HostRefusal) -> String {
        guard let text = try optionalText(name, upTo: cap) else { throw wrong(name, "a text") }
        return text
    }

    func optionalText(_ name: String, upTo cap: Int) throws(HostRefusal) -> String? {
        guard let value = present(name) else { return nil }
        guard let text = value.stringValue else { throw wrong(name, "a text") }
        guard text.isWithin(cap) else {
            let count = text.unicodeScalars.count
            throw HostRefusal(
                "limit", "\(call): \(name) has \(count) characters, more than \(cap); pass data as a slice instead")
        }
        return text
    }

    func integer(_ name: String, in range: ClosedRange<Int>) throws(HostRefusal) -> Int {
        guard let number = try optionalInteger(name, in: range) else {
            throw wrong(name, "a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    func optionalInteger(_ name: String, in range: ClosedRange<Int>) throws(HostRefusal) -> Int? {
        guard let value = present(name) else { return nil }
        guard let number = value.integerValue, range.contains(number) else {
            throw wrong(name, "a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    func optionalFlag(_ name: String) throws(HostRefusal) -> Bool? {
        guard let value = present(name) else { return nil }
        guard case .bool(let flag) = value else { throw wrong(name, "true or false") }
        return flag
    }

    func integers(_ name: String, upTo count: Int) throws(HostRefusal) -> [Int] {
        guard let items = values[name]?.arrayValue, items.count <= count else { throw wrong(name, "a list of numbers") }
        var numbers: [Int] = []
        for item in items {
            guard let number = item.integerValue else { throw wrong(name, "a list of numbers") }
            numbers.append(number)
        }
        return numbers
    }

    /// A list of texts, each of at most `cap` characters.
    func texts(_ name: String, upTo cap: Int) throws(HostRefusal) -> [String] {
        guard let items = values[name]?.arrayValue, items.count <= 100 else { throw wrong(name, "a list of texts") }
        var texts: [String] = []
        for item in items {
            guard let text = item.stringValue, text.isWithin(cap) else {
                throw wrong(name, "a list of texts of at most \(cap) characters")
            }
            texts.append(text)
        }
        return texts
    }

    func schema(_ name: String) throws(HostRefusal) -> ReturnsSchema? {
        guard let value = present(name) else { return nil }
        switch ReturnsSchema.checked(value) {
        case .success(let schema): return schema
        case .failure(let refused): throw HostRefusal("invalid_arguments", "\(call): \(refused.reason)")
        }
    }

    /// Limits for kernels that are delegated to; empty where none are given.
    func limits(_ value: JSONValue?) throws(HostRefusal) -> KernelLimits {
        guard let value, value != .null else { return KernelLimits() }
        do throws(LimitProblem) {
            return try KernelLimits(value, for: .delegation)
        } catch {
            throw HostRefusal("invalid_arguments", "\(call): \(error.reason)")
        }
    }

    /// What each subtask may use; no limits where none are given.
    func budget(_ name: String) throws(HostRefusal) -> BudgetLimits {
        guard let value = present(name) else { return BudgetLimits() }
        do throws(LimitProblem) {
            return try BudgetLimits(value)
        } catch {
            throw HostRefusal("invalid_arguments", "\(call): \(error.reason)")
        }
    }

    func present(_ name: String) -> JSONValue? {
        guard let value = values[name], value != .null else { return nil }
        return value
    }

    private func wrong(_ name: String, _ expected: String) -> HostRefusal {
        HostRefusal("invalid_arguments", "\(call): \(name) must be \(expected)")
    }
}
