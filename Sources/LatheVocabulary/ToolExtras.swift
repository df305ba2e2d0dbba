/// What a server has beside tools, as the protocol writes it; all texts are the server's words.
package struct ToolExtras: Sendable, Hashable {
    package var resources: [JSONValue] = []
    /// Resources whose address has parts to fill in.
    package var templates: [JSONValue] = []
    package var prompts: [JSONValue] = []
    package var error: ToolError?

    package init() {}
}
