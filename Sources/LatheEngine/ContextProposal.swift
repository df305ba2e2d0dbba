internal import LatheVocabulary

/// A call of `context.edit`, read and checked whole before anything comes of it.
struct ContextProposal {
    let arguments: [String: JSONValue]
    let state: ContextFold
    let rules: ContextEditRules
    let words: ContextWords
    let sources: ContextSources
    let readOthers: String?
    let cell: Int

    private static let editable = ["focus", "notes", "include", "because", "cause"]
    private static let (reasonCharacters, mostIncluded) = (400, 8)

    func draft() throws(ContextRefusal) -> ContextDraft {
        try mayEdit()
        for name in arguments.keys.sorted() where !Self.editable.contains(name) {
            throw ContextRefusal(
                .core, name.singleLine(upTo: 60),
                "'\(name.singleLine(upTo: 60))' is no part of the context that can be edited: identity, purpose, instructions, form of the result, limits and rules are fixed; focus, notes and include are yours"
            )
        }
        guard let because = try text("because"), !because.allSatisfy(\.isWhitespace),
            because.isWithin(Self.reasonCharacters)
        else {
            throw ContextRefusal(
                .form, "because", "because=\"…\" says why, in at most \(Self.reasonCharacters) characters")
        }
        try words.check(because, "because")
        let cause = try text("cause")
        if let cause { _ = try sources.inclusion("message:\(cause)") }
        var context = state.context
        if let focus = try own("focus") { context.focus = focus }
        if let notes = try own("notes") { context.notes = notes }
        if let names = try names() {
            context.include = []
            for name in names { context.include.append(try sources.inclusion(name)) }
        }
        guard !context.changes(from: state.context).isEmpty else {
            throw ContextRefusal(.form, nil, "nothing would change; give focus, notes or include")
        }
        context.readOthers = readOthers
        guard context.tokens <= rules.tokens else {
            throw ContextRefusal(
                .tokens, nil,
                "the editable part would be about \(context.tokens) tokens, more than \(rules.tokens) (contexts.tokens): shorten it; variables keep the rest"
            )
        }
        return ContextDraft(
            cell: cell, because: because.singleLine(upTo: Self.reasonCharacters), cause: cause, context: context)
    }

    private func mayEdit() throws(ContextRefusal) {
        guard state.edits < rules.edits else {
            let made =
                rules.edits == 0
                ? "contexts are not edited here (contexts.edits is 0)"
                : "the \(rules.edits) edits of this subtask are made"
            throw ContextRefusal(
                .edits, nil,
                "\(made): answer with what there is, or escalate with lathe.request_specialist(need, why) or lathe.send(\"parent\", …)"
            )
        }
        guard state.due == nil else {
            throw ContextRefusal(
                .form, nil, "an edit of this turn waits to be made already; make one with all that changes")
        }
    }

    /// A text of its own; nil where the call does not name it.
    private func own(_ field: String) throws(ContextRefusal) -> String? {
        guard let text = try text(field) else { return nil }
        try words.check(text, field)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        return lines.map { String($0).singleLine(upTo: rules.tokens * 3) }.joined(separator: "\n").trimmingLines
    }

    private func text(_ field: String) throws(ContextRefusal) -> String? {
        guard let value = arguments[field], value != .null else { return nil }
        guard let text = value.stringValue else { throw ContextRefusal(.form, field, "\(field) is a text") }
        return text
    }

    private func names() throws(ContextRefusal) -> [String]? {
        guard let value = arguments["include"], value != .null else { return nil }
        let names = (value.arrayValue ?? []).compactMap(\.stringValue)
        guard let given = value.arrayValue, given.count == names.count, names.count <= Self.mostIncluded,
            Set(names).count == names.count
        else {
            throw ContextRefusal(.form, "include", "include is a list of at most \(Self.mostIncluded) different names")
        }
        return names
    }
}
