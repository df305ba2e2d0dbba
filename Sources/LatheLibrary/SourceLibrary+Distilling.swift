package import LatheVocabulary

/// Looking for what deserves saving, beside what the library has. Nothing of a session is run.
extension SourceLibrary {
    /// Bytes of cells that are looked at; older ones are left out, and counted.
    private static let mostBytes = 8 << 20

    package func distil(_ sessions: [DistilledSession]) async throws(LibraryError) -> Distillation {
        let (request, leftOut) = Self.request(sessions)
        let answer = try await onQueue { () throws(LibraryError) in
            try self.folder.reading { () throws(LibraryError) in
                try self.reader.distilled(request, in: self.folder.path)
            }
        }
        func count(_ name: String) -> Int { answer[name]?.integerValue ?? 0 }
        return Distillation(
            candidates: (answer["candidates"]?.arrayValue ?? []).compactMap(DistilledCandidate.init),
            more: count("more"), unread: count("unread"), leftOut: count("left_out") + leftOut)
    }

    private static func request(_ sessions: [DistilledSession]) -> (JSONValue, leftOut: Int) {
        var (room, leftOut) = (mostBytes, 0)
        let told = sessions.map { session -> JSONValue in
            var cells: [JSONValue] = []
            for cell in session.cells.reversed() {
                room -= cell.code.utf8.count
                guard room >= 0 else {
                    leftOut += 1
                    continue
                }
                cells.append(["number": .integer(cell.number), "code": .string(cell.code)])
            }
            let agents = session.agents.map { agent -> JSONValue in
                [
                    "name": .string(agent.name), "instructions": .string(agent.instructions),
                    "returns": agent.returns ?? .null, "completed": .integer(agent.completed),
                    "cells": .array(agent.cells.map { .integer($0) }),
                ]
            }
            return ["name": .string(session.name), "cells": .array(cells.reversed()), "agents": .array(agents)]
        }
        // Oldest first: the newest form of what repeats is the one that is shown.
        return (["sessions": .array(told.reversed())], leftOut)
    }
}
