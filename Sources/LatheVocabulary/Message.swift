/// One message of a conversation with a model, free of any provider's form.
package struct Message: Sendable, Hashable, Codable {
    package enum Role: String, Sendable, Codable { case user, assistant }

    package enum Block: Sendable, Hashable, Codable {
        case text(String)
        /// A call of the tool `python`; `code` is its one argument.
        case call(id: String, code: String)
        case callResult(id: String, text: String, isError: Bool)
    }

    package var role: Role
    package var blocks: [Block]

    package init(_ role: Role, _ blocks: [Block]) {
        self.role = role
        self.blocks = blocks
    }
}
