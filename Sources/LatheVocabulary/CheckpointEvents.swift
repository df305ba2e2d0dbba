/// A copy of the session's kernel that is kept to go back to.
package struct Checkpointed: Sendable, Hashable, Codable {
    package enum Maker: String, Sendable, Codable {
        /// Made before a cell, so that it can be undone.
        case lathe
        /// Made by the cell itself while it ran: what came before the call is in it.
        case cell
        /// An alternative of `lathe.branch`: what came before the call, then `code`.
        case branch
    }

    /// 1, 2, 3 … in the session.
    package var checkpoint: Int
    /// As the code that made it named it.
    package var name: String?
    package var maker: Maker
    /// The newest cell that is in it, 0 before the first; of the maker `cell` or `branch` a part of it.
    package var cell: Int
    package var code: String?

    package init(checkpoint: Int, name: String? = nil, maker: Maker, cell: Int, code: String? = nil) {
        self.checkpoint = checkpoint
        self.name = name
        self.maker = maker
        self.cell = cell
        self.code = code
    }
}

/// The working memory is as it was at a checkpoint. What happened outside of it is not undone.
package struct RolledBack: Sendable, Hashable, Codable {
    package enum Cause: String, Sendable, Codable {
        /// `lathe.rollback` in a cell.
        case code
        /// `lathe.branch` kept an alternative.
        case branch
        /// `lathe undo`, or /undo in a chat.
        case user
        /// The kernel died, and a checkpoint took its place: in journals before `kernel_replaced`.
        case death
    }

    /// Nil where no kernel lived: the memory is rebuilt without the cells that are undone.
    package var checkpoint: Int?
    package var name: String?
    package var cause: Cause
    /// The cells whose effects on the working memory are gone, oldest first; of the first one perhaps a part only.
    package var undone: [Int]

    package init(checkpoint: Int?, name: String? = nil, cause: Cause, undone: [Int]) {
        self.checkpoint = checkpoint
        self.name = name
        self.cause = cause
        self.undone = undone
    }
}

extension RolledBack {
    /// What happened, for a person and for a model.
    package var sentence: String {
        let cells = undone.map(String.init).joined(separator: ", ")
        let gone = undone.isEmpty ? "no cell is undone" : "undone: \(undone.count == 1 ? "cell" : "cells") \(cells)"
        let place = checkpoint.map { "checkpoint \($0)" + (name.map { " “\($0)”" } ?? "") }
        return switch cause {
        case .code, .user:
            "The working memory is as it was" + (place.map { " at \($0)" } ?? " before") + "; \(gone)."
        case .branch: "A branch was kept: its variables are the working memory now (\(place ?? "a checkpoint"))."
        case .death: "Another kernel took the place of the one that died, from \(place ?? "a checkpoint"); \(gone)."
        }
    }

    /// What a rollback never reaches.
    package static let notUndone =
        "Not undone: files in the work folder, artifacts, subtasks, questions to models, answers and saved capabilities."
}
