internal import LatheVocabulary

/// What a subtask may include in its context, found where it is: in its kernel, in its journal, among its messages. Nothing is
/// fetched for it: it includes what it has.
struct ContextSources {
    let variables: VariableListing
    /// Answers that its own calls had, oldest first.
    let answers: [HostAnswered]
    let messages: [AgentMessage]

    private static let textBytes = 900

    /// `name` is `slice:NAME`, `library:NAME`, `memory:NUMBER` or `message:ID`.
    func inclusion(_ name: String) throws(ContextRefusal) -> EditableContext.Inclusion {
        let parts = name.split(separator: ":", maxSplits: 1).map(String.init)
        guard parts.count == 2 else { throw Self.form(name) }
        let found: EditableContext.Inclusion?
        switch parts[0] {
        case "slice": found = slice(parts[1], name)
        case "library": found = capability(parts[1], name)
        case "memory": found = Int(parts[1]).flatMap { recollection($0, name) }
        case "message": found = message(parts[1], name)
        default: throw Self.form(name)
        }
        guard let found else {
            throw ContextRefusal(
                .dependency, "include", "\(name.singleLine(upTo: 80)) is not here: \(Self.where(parts[0]))")
        }
        return found
    }

    private static func form(_ name: String) -> ContextRefusal {
        ContextRefusal(
            .form, "include",
            "'\(name.singleLine(upTo: 80))' is none of slice:NAME, library:NAME, memory:NUMBER, message:ID")
    }

    private static func `where`(_ kind: String) -> String {
        switch kind {
        case "slice": "it names a variable of this kernel, as <state> lists them"
        case "library": "it names what lathe.find has shown here"
        case "memory": "it names what lathe.recall has shown here, by its number"
        default: "it names a message that has come here, by its id: lathe.messages(all=True)"
        }
    }

    private func slice(_ variable: String, _ name: String) -> EditableContext.Inclusion? {
        variables.items.first { $0.name == variable }.map {
            EditableContext.Inclusion(name: Self.label(name), text: Self.cut($0.line(columnsUpTo: 600)))
        }
    }

    /// The lines that a search showed of it.
    private func capability(_ wanted: String, _ name: String) -> EditableContext.Inclusion? {
        for answer in answers.reversed() where answer.name == "find" {
            guard let value = answer.value, (value["names"]?.arrayValue ?? []).contains(.string(wanted)) else {
                continue
            }
            let lines = (value["text"]?.stringValue ?? "").split(separator: "\n").map(String.init)
            let heads = [wanted, "lathe.tools.\(wanted)"]
            guard let first = lines.firstIndex(where: { line in heads.contains { line.hasPrefix($0) } }) else {
                continue
            }
            let rest = lines[(first + 1)...].prefix { $0.hasPrefix("    ") }
            let isTool = lines[first].hasPrefix("lathe.tools.")
            return EditableContext.Inclusion(
                name: Self.label(name), text: Self.cut(([lines[first]] + rest).joined(separator: "\n")),
                mark: isTool ? "as its server says" : "as the library says")
        }
        return nil
    }

    private func recollection(_ number: Int, _ name: String) -> EditableContext.Inclusion? {
        for answer in answers.reversed() where answer.name == "recall" {
            let items = answer.value?["items"]?.arrayValue ?? []
            guard let item = items.first(where: { $0["id"]?.integerValue == number }) else { continue }
            let marks = (item["marks"]?.arrayValue ?? []).compactMap(\.stringValue)
            let unchecked = marks.isEmpty ? "" : ", unchecked (\(marks.joined(separator: ", ")))"
            let by = item["by"]?.stringValue ?? "somebody"
            return EditableContext.Inclusion(
                name: Self.label(name), text: Self.cut(item["text"]?.stringValue ?? ""),
                mark: "remembered on \(item["day"]?.stringValue ?? "?"), said by \(by)\(unchecked)")
        }
        return nil
    }

    private func message(_ id: String, _ name: String) -> EditableContext.Inclusion? {
        messages.first { $0.id == id }.map { message in
            let value = message.value.map { $0.text } ?? ""
            let text = [message.text, value].filter { !$0.isEmpty }.joined(separator: "\n")
            return EditableContext.Inclusion(
                name: Self.label(name), text: Self.cut(text),
                mark: "what \(message.from.description.singleLine(upTo: 120)) said (\(message.kind.rawValue))")
        }
    }

    private static func label(_ name: String) -> String { name.singleLine(upTo: 120) }

    /// Without characters that could end its quotes or look like a mark of the engine's; what is cut is said.
    private static func cut(_ text: String) -> String {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
            .map { String($0).singleLine(upTo: 400).replacing("<", with: "‹").replacing(">", with: "›") }
        let whole = lines.joined(separator: "\n")
        guard whole.utf8.count > textBytes else { return whole }
        let kept = String(whole.prefix(textBytes / 2))
        return kept + "… (\(whole.count - kept.count) characters more where it is from)"
    }
}
