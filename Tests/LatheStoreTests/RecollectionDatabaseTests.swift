import Foundation
import LatheVocabulary
import Testing

@testable import LatheStore

/// The file with what projects remember.
@Suite struct RecollectionDatabaseTests {
    private let day = "2026-06-01"

    private func fact(
        _ text: String, about: String = "", by: RecollectionOrigin.Speaker = .code, time: Double = 0,
        marks: [Recollection.Mark] = [], until: String? = nil
    ) -> Recollection {
        Recollection(
            kind: .fact, text: text, about: about,
            origin: RecollectionOrigin(by: by, session: by == .user ? nil : "s", time: time), marks: marks, until: until
        )
    }

    private func episode(_ task: String, _ sequence: Int, time: Double = 0) -> Recollection {
        Recollection(
            kind: .episode, text: task, origin: RecollectionOrigin(by: .lathe, session: "s", time: time),
            episode: Episode(
                status: .complete, answer: "done", facts: [1], cost: .microdollars(5), began: 1.5, sequence: sequence))
    }

    @Test func `a later fact about the same takes the place of one that counts no more`() async throws {
        try await withScratch { folder in
            let store = RecollectionDatabase(folder: folder)
            let gross = try store.add(fact("It is gross.", about: "Revenue"), in: "/p", on: day)
            let net = try store.add(fact("It is net.", about: "revenue ", time: 9), in: "/p", on: day)
            #expect(net.replaced == [gross.id])
            let mine = try store.add(fact("It is net of tax.", about: "revenue", by: .user), in: "/p", on: day)
            #expect(mine.replaced == [net.id])
            // Nobody's word is replaced by one that counts less.
            let poison = try store.add(fact("It is nothing.", about: "revenue", marks: [.others]), in: "/p", on: day)
            #expect((poison.replaced, poison.beside) == ([], [mine.id]))
            let all = try store.all(in: "/p")
            #expect(all.map(\.id) == [poison.id, mine.id, net.id, gross.id])
            #expect(all[3].replacement == Recollection.Replacement(by: net.id, time: 9))
            #expect(all.filter { $0.stands(on: day) }.map(\.id) == [poison.id, mine.id])
            // The same words are not kept twice; without a subject nothing is replaced.
            #expect(try store.add(fact("it is NET of tax", about: "revenue"), in: "/p", on: day).id == mine.id)
            let loose = try store.add(fact("It rains."), in: "/p", on: day)
            #expect(try store.add(fact("It snows."), in: "/p", on: day).replaced == [])
            #expect(try store.add(fact("It rains."), in: "/p", on: day) == AddedFact(id: loose.id, isNew: false))
            // What a fact had replaced stands again when it is forgotten.
            _ = try store.forget([mine.id], in: "/p")
            #expect(try store.recollections([net.id], in: "/p")[0].stands(on: day))
        }
    }

    @Test func `what replaced a fact for a time gives it back when that is over, and what came after it does not`()
        async throws
    {
        try await withScratch { folder in
            let store = RecollectionDatabase(folder: folder)
            let lasting = try store.add(fact("The rate is 20 %.", about: "rate"), in: "/p", on: day)
            let summer = try store.add(
                fact("The rate is 15 %.", about: "rate", until: "2026-08-31"), in: "/p", on: day)
            let july = try store.add(
                fact("The rate is 10 %.", about: "rate", until: "2026-07-31"), in: "/p", on: "2026-07-01")
            #expect((summer.replaced, july.replaced) == ([lasting.id], [summer.id]))
            func standing(on day: String) throws -> [Int] {
                let all = try store.all(in: "/p").filter { $0.stands(on: day) }.map(\.id)
                let rows = try store.rows(in: "/p", model: "m").filter { $0.stands(on: day) }.map(\.id)
                #expect(all == rows)
                return all
            }
            #expect(try standing(on: "2026-07-31") == [july.id])
            #expect(try standing(on: "2026-08-31") == [summer.id])
            #expect(try standing(on: "2026-09-01") == [lasting.id])
            // One that stands again is replaced again, and for good.
            let new = try store.add(fact("The rate is 21 %.", about: "rate"), in: "/p", on: "2026-10-01")
            #expect(new.replaced == [lasting.id])
            #expect(try standing(on: "2027-01-01") == [new.id])
        }
    }

    @Test func `what is forgotten is in no byte of the files, and comes back from no journal`() async throws {
        try await withScratch { folder in
            let store = RecollectionDatabase(folder: folder)
            let words = "Zanzibarian quokka"
            let id = try store.add(fact("\(words) prices fell.", about: words), in: "/p", on: day).id
            try store.add(episodes: [episode("Count the \(words)", 7), episode("Other", 9)], in: "/p")
            try store.keep([id: [Int8](repeating: 7, count: 384)], of: "m")
            #expect(try store.scores(ofWords: ["quokka"], in: "/p").count == 2)
            let gone = try store.all(in: "/p").filter { $0.text != "Other" }.map(\.id)
            #expect(try store.forget(gone, in: "/p").count == 2)
            #expect(try store.rows(in: "/p", model: "m").count == 1)
            #expect(try store.scores(ofWords: ["quokka"], in: "/p").isEmpty)
            try store.add(episodes: [episode("Count the \(words)", 7), episode("Other", 9)], in: "/p")
            #expect(try store.all(in: "/p").map(\.text) == ["Other"])
            for file in try FileManager.default.contentsOfDirectory(atPath: folder) {
                let bytes = try Data(contentsOf: URL(fileURLWithPath: folder + "/" + file))
                for trace in ["quokka", "Zanzibar", "zanzibar"] {
                    #expect(bytes.range(of: Data(trace.utf8)) == nil, "\(trace) in \(file)")
                }
            }
            // A number is never given twice.
            #expect(try store.add(fact("Next."), in: "/p", on: day).id > gone.max() ?? 0)
        }
    }

    @Test func `projects see nothing of each other, until one is moved`() async throws {
        try await withScratch { folder in
            let store = RecollectionDatabase(folder: folder)
            #expect(try store.all(in: "/a").isEmpty)
            #expect(FileManager.default.fileExists(atPath: store.path) == false)
            let id = try store.add(fact("Only here."), in: "/a", on: day).id
            #expect(try store.all(in: "/b").isEmpty)
            #expect(try store.recollections([id], in: "/b").isEmpty)
            #expect(try store.scores(ofWords: ["only"], in: "/b").isEmpty)
            #expect(try store.forget([id], in: "/b").isEmpty)
            #expect(try store.move(from: "/a", to: "/b") == 1)
            #expect(try store.all(in: "/b").map(\.text) == ["Only here."])
            _ = try store.add(fact("Another."), in: "/a", on: day)
            #expect(throws: RecollectionError.self) { try store.move(from: "/b", to: "/a") }
            var mode = stat()
            #expect(stat(store.path, &mode) == 0 && mode.st_mode & 0o077 == 0)
        }
    }

    @Test func `several programs keep facts at once, and lose none`() async throws {
        try await withScratch { folder in
            await withTaskGroup(of: Void.self) { group in
                for program in 0..<4 {
                    group.addTask {
                        let store = RecollectionDatabase(folder: folder)
                        for number in 0..<25 {
                            let text = "Fact \(number) of \(program)"
                            do {
                                _ = try store.add(self.fact(text, about: "subject \(number)"), in: "/p", on: self.day)
                            } catch {
                                Issue.record("\(text): \(error)")
                            }
                        }
                    }
                }
            }
            let all = try RecollectionDatabase(folder: folder).all(in: "/p")
            #expect(all.count == 100)
            // Of each subject the one that came last stands, and the others say by which they were replaced.
            #expect(all.count { $0.replacement == nil } == 25)
        }
    }

    @Test func `episodes beyond the bound go, oldest first, and are counted`() async throws {
        try await withScratch { folder in
            let store = RecollectionDatabase(folder: folder)
            let most = RecollectionLimits.episodes
            let many = (1...most + 3).map { episode("Task \($0)", $0, time: Double($0)) }
            try store.add(episodes: many, in: "/p")
            #expect(try store.dropped(in: "/p") == 3)
            #expect(try store.all(in: "/p").last?.text == "Task 4")
            try store.add(episodes: Array(many.prefix(3)), in: "/p")
            #expect(try store.dropped(in: "/p") == 3)
            #expect(try store.recollections([4], in: "/p").first?.episode == many[3].episode)
        }
    }

    @Test func `a file of somebody else's is left alone, with the mend`() async throws {
        try await withScratch { folder in
            try Data("no database, but long enough to be read as the header of one………………………………………".utf8)
                .write(to: URL(fileURLWithPath: folder + "/memory.db"))
            let failed = #expect(throws: RecollectionError.self) {
                try RecollectionDatabase(folder: folder).all(in: "/p")
            }
            #expect(failed?.code == .unreadable)
            #expect(failed?.reason.contains("memory.db") == true)
        }
    }
}
