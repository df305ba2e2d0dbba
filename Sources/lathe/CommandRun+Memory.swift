internal import Foundation
internal import LatheRecall
internal import LatheScreens
internal import LatheStore
internal import LatheVocabulary

extension CommandRun {
    /// `lathe memory`: what this project remembers across its sessions.
    func memory(_ command: MemoryCommand) async throws(CommandFailure) -> Int32 {
        let project = try Project.find(command.options.project, environment: environment)
        let records = Project.recollectionDatabase(environment)
        let (name, options) = (project.recollectionName, command.options)
        return try await reporting {
            switch command.action {
            case .list(let choice): try list(choice, records, name, options)
            case .search(let words): try await search(words, project, options)
            case .show(let number): try show(number, records, name, options)
            case .add(let text, let about, let until): try await add(text, about, until, project, records, options)
            case .forget(let choice): return try forget(choice, records, name, options)
            case .export:
                for one in try records.all(in: name).reversed() {
                    TerminalOutput.standardOutput.write(MemoryListing.json(one).text + "\n")
                }
            case .adopt(let folder): return try adopt(folder, records, name, options)
            }
            return ExitCode.complete.rawValue
        }
    }

    private func list(
        _ choice: MemoryCommand.RecollectionChoice, _ records: RecollectionDatabase, _ project: String,
        _ options: ListingOptions
    ) throws {
        let now = Date().timeIntervalSince1970
        let all = try records.all(in: project).filter { one in
            choice.kind.map { one.kind == ($0 == .facts ? .fact : .episode) } ?? true
        }
        let listed = choice.extent == .all ? all : all.filter { $0.stands(on: Day.of(now)) }
        let dropped = choice.kind == .facts ? 0 : try records.dropped(in: project)
        show(options, .array(listed.map(MemoryListing.json))) {
            MemoryListing.lines(listed, hidden: all.count - listed.count, dropped: dropped, now: now, $0)
        }
    }

    private func search(_ words: String, _ project: Project, _ options: ListingOptions) async throws {
        let memory = project.recollections(
            try Installation.find(environment: environment).meaning, environment)
        let need = RecollectionNeed(
            words: String(words.prefix(RecollectionLimits.queryCharacters)), limit: RecollectionLimits.recalled,
            purpose: .listing)
        let result: Result<RecollectionFinding, RecollectionError>
        do throws(RecollectionError) {
            result = .success(try await memory.recall(need))
        } catch {
            result = .failure(error)
        }
        await memory.close()
        let found = try result.get()
        show(options, .array(found.items.map(MemoryListing.json))) {
            MemoryListing.found(
                found.items, of: found.searched, caveat: found.caveat, now: Date().timeIntervalSince1970, $0)
        }
    }

    private func show(
        _ number: Int, _ records: RecollectionDatabase, _ project: String, _ options: ListingOptions
    ) throws {
        guard let one = try records.recollections([number], in: project).first else {
            throw CommandFailure("nothing is remembered here under the number \(number); lathe memory list shows all")
        }
        show(options, MemoryListing.json(one)) {
            MemoryListing.lines(about: one, now: Date().timeIntervalSince1970, $0)
        }
    }

    private func add(
        _ given: GivenText, _ about: String?, _ until: String?, _ project: Project, _ records: RecollectionDatabase,
        _ options: ListingOptions
    ) async throws {
        let memory = ProjectRecollections(project: project.recollectionName, records: records, meaning: nil)
        let fact = Recollection(
            kind: .fact, text: try text(given, of: "fact"), about: about ?? "",
            origin: RecollectionOrigin(by: .user, time: RunClock.shared.now), until: until)
        let added = try await memory.add(fact)
        let json: JSONValue = [
            "id": .integer(added.id), "new": .bool(added.isNew),
            "replaced": .array(added.replaced.map { .integer($0) }),
        ]
        show(options, json) { MemoryListing.lines(added, $0) }
    }

    private func forget(
        _ choice: MemoryCommand.ForgetChoice, _ records: RecollectionDatabase, _ project: String,
        _ options: ListingOptions
    ) throws -> Int32 {
        let all = try records.all(in: project)
        let chosen: [Recollection]
        switch choice {
        case .numbers(let numbers):
            for number in numbers where !all.contains(where: { $0.id == number }) {
                throw CommandFailure("nothing is remembered here under the number \(number); nothing is forgotten")
            }
            chosen = all.filter { numbers.contains($0.id) }
        case .session(let name): chosen = all.filter { $0.origin.session == name }
        case .everything: chosen = all
        }
        if case .numbers = choice {
        } else if !chosen.isEmpty, options.confirmation == .asks {
            guard Question.isAffirmed("Forget \(chosen.count) for good?") else { return ExitCode.failed.rawValue }
        }
        let gone = try records.forget(chosen.map(\.id), in: project)
        let replaced = all.filter { one in gone.contains { one.replacement?.by == $0.id } }.map(\.id)
        let standing = try records.recollections(replaced, in: project).filter {
            $0.stands(on: Day.of(RunClock.shared.now))
        }
        show(options, ["forgotten": .array(gone.map { .integer($0.id) })]) {
            MemoryListing.lines(forgotten: gone, standing: standing.map(\.id), $0)
        }
        return ExitCode.complete.rawValue
    }

    private func adopt(
        _ folder: String, _ records: RecollectionDatabase, _ project: String, _ options: ListingOptions
    ) throws -> Int32 {
        guard folder.hasPrefix("/") else {
            throw CommandFailure("write the folder as an absolute path, where the project was", exitCode: 2)
        }
        let former = URL(fileURLWithPath: folder).standardizedFileURL.path
        guard !FileManager.default.fileExists(atPath: former) else {
            throw CommandFailure("\(former) is there, so it keeps what it remembers; only a moved project is followed")
        }
        let count = try records.all(in: former).count
        guard count > 0 else { throw CommandFailure("nothing was remembered in \(former)") }
        guard options.confirmation == .assumed || Question.isAffirmed("Take over \(count) of \(former)?") else {
            return ExitCode.failed.rawValue
        }
        let moved = try records.move(from: former, to: project)
        show(options, ["moved": .integer(moved)]) { MemoryListing.lines(moved: moved, $0) }
        return ExitCode.complete.rawValue
    }
}
