/// One piece of Python to run. `number` counts from 1 at each place and only rises, over the kernels that follow each other
/// there: with a kernel's epoch it says which execution is meant.
package struct Cell: Sendable, Hashable, Codable {
    package enum Purpose: String, Sendable, Codable {
        case work
        /// Run again to rebuild the working memory: its output and artifacts are dropped, since they are kept already.
        case rebuild
    }

    package enum Author: String, Sendable, Codable {
        case model, user
        /// The form of work that the task asked for.
        case form
        /// The session's owner, who stepped in between two turns of a task.
        case owner
    }

    package var number: Int
    package var code: String
    package var purpose: Purpose
    package var author: Author

    package init(number: Int, code: String, purpose: Purpose = .work, author: Author = .model) {
        self.number = number
        self.code = code
        self.purpose = purpose
        self.author = author
    }
}

/// What comes out of a cell while it runs.
package enum CellOutput: Sendable, Hashable {
    case text(OutputStream, String)
    case artifact(Artifact)
}

package enum OutputStream: String, Sendable, Hashable, Codable { case stdout, stderr }
