package import LatheVocabulary

/// `lathe memory list`, `search` and `show`, from plain values. What is shown is what users, models and tasks said.
package enum MemoryListing {
    /// In the order in which they come. `now` is in seconds since 1970, `hidden` are those that are not listed, `dropped` episodes went
    /// since there were too many.
    package static func lines(
        _ all: [Recollection], hidden: Int, dropped: Int, now: Double, _ canvas: Canvas
    ) -> [StyledLine] {
        guard !all.isEmpty else { return empty(hidden, canvas) }
        let day = Day.of(now)
        let rows = all.map { one in
            [
                canvas.text(String(one.id), .bold), canvas.text(word(one, day), color(one, day)),
                canvas.text(SessionListing.age(now - one.origin.time).replacing(" ago", with: ""), .dim),
                (one.about.isEmpty ? canvas.text("") : canvas.text("\(one.about): ", .cyan)) + canvas.text(one.text),
            ]
        }
        return canvas.table(rows, alignment: [.right]) + notes(hidden: hidden, dropped: dropped, canvas)
    }

    private static func empty(_ hidden: Int, _ canvas: Canvas) -> [StyledLine] {
        hidden > 0
            ? canvas.wrap(canvas.text("nothing stands; \(hidden) replaced or over, with --all"))
            : canvas.wrap(canvas.text("nothing is remembered yet; lathe memory add \"…\" keeps a fact"))
    }

    private static func notes(hidden: Int, dropped: Int, _ canvas: Canvas) -> [StyledLine] {
        let over = hidden > 0 ? ["\(hidden) replaced or over, with --all"] : []
        let gone =
            dropped > 0
            ? ["\(Figure.count(dropped, "older task")) dropped, since there were too many; journals have them"] : []
        return (over + gone).flatMap { canvas.wrap(canvas.text("… " + $0, .dim), indent: 2) }
    }

    /// What was found, best first.
    package static func found(
        _ found: [Recollection], of searched: Int, caveat: String?, now: Double, _ canvas: Canvas
    ) -> [StyledLine] {
        let note = caveat.map { canvas.wrap(canvas.text("(\($0))", .dim)) } ?? []
        guard !found.isEmpty else {
            let text = searched == 0 ? "nothing is remembered yet" : "nothing of \(searched) fits"
            return canvas.wrap(canvas.text(text)) + note
        }
        return lines(found, hidden: 0, dropped: 0, now: now, canvas) + note
    }

    /// One, whole.
    package static func lines(about one: Recollection, now: Double, _ canvas: Canvas) -> [StyledLine] {
        var facts: [(String, String)] = [("number", String(one.id)), ("kind", one.kind.rawValue)]
        facts.append((one.kind == .fact ? "fact" : "task", one.text))
        if !one.about.isEmpty { facts.append(("about", one.about)) }
        facts.append(("said by", source(one)))
        facts.append(("day", "\(Day.of(one.origin.time)) (\(SessionListing.age(now - one.origin.time)))"))
        if let until = one.until { facts.append(("until", until + (until < Day.of(now) ? ", which is over" : ""))) }
        if let other = one.replacement {
            let again = one.isReplaced(on: Day.of(now)) ? "" : ", and stands again"
            let until = other.until.map { " until \($0)" } ?? ""
            facts.append(("replaced", "by \(other.by) on \(Day.of(other.time))\(until)\(again)"))
        }
        facts += one.marks.map { ("unchecked", $0.reason) }
        if let episode = one.episode { facts += outcome(episode) }
        return facts.flatMap { name, text in
            canvas.wrap(canvas.padded(canvas.text(name, .dim), to: 11) + canvas.text(text), indent: 11)
        }
    }

    private static func outcome(_ episode: Episode) -> [(String, String)] {
        var facts = [("ended", episode.status.rawValue)]
        if let why = episode.withheld {
            facts.append(("answer", "left out: \(why); the journal has it"))
        } else if !episode.answer.isEmpty {
            facts.append(("answer", episode.answer))
        }
        if !episode.facts.isEmpty { facts.append(("facts", episode.facts.map(String.init).joined(separator: ", "))) }
        if !episode.saved.isEmpty { facts.append(("saved", episode.saved.joined(separator: ", "))) }
        if !episode.artifacts.isEmpty { facts.append(("artifacts", episode.artifacts.joined(separator: ", "))) }
        let cost = Figure.money(episode.cost).map { ", \($0)" } ?? ""
        facts.append(
            ("spent", "\(Figure.tokens(episode.tokens)) tokens\(cost), \(Figure.duration(episode.seconds))"))
        return facts
    }

    private static func source(_ one: Recollection) -> String {
        let origin = one.origin
        let session = origin.session.map { " of session \($0)" } ?? ""
        return switch origin.by {
        case .user: "you"
        case .code:
            "code\(session)" + (origin.cell.map { ", cell \($0)" } ?? "") + (origin.place.map { ", \($0)" } ?? "")
        case .lathe: "the journal\(session)"
        }
    }

    // MARK: What was done

    package static func lines(_ added: AddedFact, _ canvas: Canvas) -> [StyledLine] {
        guard added.isNew else { return [canvas.text("remembered as \(added.id) already")] }
        let place = added.replaced.map(String.init).joined(separator: ", ")
        return [canvas.text("remembered as \(added.id)" + (place.isEmpty ? "" : ", in place of \(place)"))]
    }

    /// `standing` are those that stand again, since what had replaced them went.
    package static func lines(
        forgotten gone: [Recollection], standing: [Int], _ canvas: Canvas
    ) -> [StyledLine] {
        guard !gone.isEmpty else { return [canvas.text("nothing to forget")] }
        let numbers = gone.map { String($0.id) }.joined(separator: ", ")
        let again = standing.map(String.init).joined(separator: ", ")
        let text = "forgot \(numbers)" + (again.isEmpty ? "" : "; \(again), replaced until now, stands again")
        guard gone.contains(where: { $0.origin.session != nil }) else { return canvas.wrap(canvas.text(text)) }
        let hint = "Journals of sessions keep what was said: lathe sessions delete removes one."
        return canvas.wrap(canvas.text(text)) + canvas.wrap(canvas.text(hint, .dim))
    }

    package static func lines(moved: Int, _ canvas: Canvas) -> [StyledLine] { [canvas.text("took over \(moved)")] }

    /// Who said it, in a word.
    private static func word(_ one: Recollection, _ day: String) -> String {
        if one.isReplaced(on: day) { return "replaced" }
        if !one.marks.isEmpty { return "unchecked" }
        return switch one.origin.by {
        case .user: "you"
        case .code: "code"
        case .lathe: one.episode?.status.rawValue ?? "task"
        }
    }

    private static func color(_ one: Recollection, _ day: String) -> Style {
        if one.isReplaced(on: day) { return .dim }
        if !one.marks.isEmpty { return .yellow }
        guard let episode = one.episode else { return one.origin.by == .user ? .green : .cyan }
        return episode.status == .complete ? [] : .yellow
    }

    // MARK: JSON

    package static func json(_ one: Recollection) -> JSONValue {
        var members: [String: JSONValue] = [
            "id": .integer(one.id), "kind": .string(one.kind.rawValue), "text": .string(one.text),
            "about": .string(one.about), "by": .string(one.origin.by.rawValue),
            "session": one.origin.session.map { .string($0) } ?? .null,
            "place": one.origin.place.map { .string($0.description) } ?? .null,
            "cell": one.origin.cell.map { .integer($0) } ?? .null, "time": .number(one.origin.time),
            "marks": .array(one.marks.map { .string($0.rawValue) }), "until": one.until.map { .string($0) } ?? .null,
            "replaced_by": one.replacement.map { .integer($0.by) } ?? .null,
            "replaced": one.replacement.map { .number($0.time) } ?? .null,
            "replaced_until": one.replacement?.until.map { .string($0) } ?? .null,
        ]
        guard let episode = one.episode else { return .object(members) }
        members["status"] = .string(episode.status.rawValue)
        members["answer"] = .string(episode.answer)
        members["withheld"] = episode.withheld.map { .string($0) } ?? .null
        members["facts"] = .array(episode.facts.map { .integer($0) })
        members["saved"] = .array(episode.saved.map { .string($0) })
        members["artifacts"] = .array(episode.artifacts.map { .string($0) })
        members["tokens"] = .integer(episode.tokens)
        members["seconds"] = .number(episode.seconds)
        return .object(members)
    }
}
