import LatheVocabulary

/// A conversation as text alone, for models that send code in ```` ```python ```` blocks.
enum FenceForm {
    struct Turn: Sendable, Hashable {
        var role: Message.Role
        var text: String
    }

    static func turns(_ messages: [Message]) -> [Turn] {
        messages.map { message in
            let parts = message.blocks.compactMap(rendered)
            return Turn(role: message.role, text: parts.isEmpty ? PythonTool.noText : parts.joined(separator: "\n\n"))
        }
    }

    static func isBlank(_ text: String) -> Bool {
        text.allSatisfy(\.isWhitespace)
    }

    private static func rendered(_ block: Message.Block) -> String? {
        switch block {
        case .text(let text): isBlank(text) ? nil : text
        case .call(_, let code): "```python\n\(code)\n```"
        case .callResult(_, let text, let isError):
            (isError ? "The code failed:\n" : "Output:\n") + (isBlank(text) ? PythonTool.noOutput : text)
        }
    }

    /// What a grammar lets a model reply.
    enum Rule: Sendable, Hashable {
        /// One sentence at most, then one block of code.
        case code
        /// The same, or a plain answer without code.
        case codeOrAnswer
    }

    /// A GBNF grammar for servers in the style of llama.cpp.
    ///
    /// No line of the code starts with a backtick, so that the first line that does ends the block and the reply.
    static func grammar(_ rule: Rule) -> String {
        let shared = #"""
            block ::= (sentence "\n")? "```python\n" line+ "```"
            sentence ::= [^`\n] [^`\n]{0,240}
            line ::= ([^`\n] [^\n]*)? "\n"
            """#
        switch rule {
        case .code: return "root ::= block\n" + shared
        case .codeOrAnswer:
            return "root ::= block | answer\n" + shared + "\n" + #"answer ::= [^`] ([^`] | "`" [^`])* "`"?"#
        }
    }
}
