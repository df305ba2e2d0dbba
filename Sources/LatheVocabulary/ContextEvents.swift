/// A subtask's own code changed the editable part of its context, and its conversation began anew from it.
package struct ContextEdited: Sendable, Hashable, Codable {
    /// What became of one field: lines with `-` and `+`.
    package struct Change: Sendable, Hashable, Codable {
        package var field: String
        package var lines: [String]

        package init(field: String, lines: [String]) {
            self.field = field
            self.lines = lines
        }
    }

    /// 1, 2, 3 … of the subtask, and the most that it may make.
    package var edit: Int
    package var of: Int
    /// The cell that asked for it.
    package var cell: Int
    package var because: String
    /// The message that it answers to; nil where none is cited.
    package var cause: String?
    package var changes: [Change]
    /// As it is from now on, and about how many tokens that is.
    package var context: EditableContext
    package var tokens: Int
    /// How the turns before it went, with which those after it are compared.
    package var before: ContextMeasure
    /// The conversation's messages, so many, gave way to this text.
    package var messages: Int
    package var text: String

    package init(
        edit: Int, of: Int, cell: Int, because: String, cause: String?, changes: [Change], context: EditableContext,
        tokens: Int, before: ContextMeasure, messages: Int, text: String
    ) {
        self.before = before
        self.edit = edit
        self.of = of
        self.cell = cell
        self.because = because
        self.cause = cause
        self.changes = changes
        self.context = context
        self.tokens = tokens
        self.messages = messages
        self.text = text
    }
}

/// A change of a context that was asked for and did not happen.
package struct ContextEditRefused: Sendable, Hashable, Codable {
    package enum Rule: String, Sendable, Hashable, Codable, CaseIterable {
        /// A field of the core, or one that there is not.
        case core
        /// A field of another form, or nothing to change.
        case form
        /// The edits of the subtask are used up.
        case edits
        /// More tokens than the editable part may have.
        case tokens
        /// What it includes is not there, or not for this subtask.
        case dependency
        /// Words that claim an authority which text does not have.
        case authority
        /// Words of others as its own.
        case quoted
        /// The cell that asked for it failed, or answered.
        case cell
    }

    package var cell: Int
    package var rule: Rule
    /// Nil where it is about the whole.
    package var field: String?
    package var reason: String
    /// 2, 3 … where the same was asked for so often in the cell; nil the first time.
    package var time: Int?

    package init(cell: Int, rule: Rule, field: String?, reason: String, time: Int? = nil) {
        self.cell = cell
        self.rule = rule
        self.field = field
        self.reason = reason
        self.time = time
    }
}

/// An edit was taken back, since the turns after it went worse than those before.
package struct ContextRestored: Sendable, Hashable, Codable {
    package var edit: Int
    package var before: ContextMeasure
    package var after: ContextMeasure
    /// As it is again.
    package var context: EditableContext
    package var messages: Int
    package var text: String

    package init(
        edit: Int, before: ContextMeasure, after: ContextMeasure, context: EditableContext, messages: Int, text: String
    ) {
        self.edit = edit
        self.before = before
        self.after = after
        self.context = context
        self.messages = messages
        self.text = text
    }
}

/// An edit stays: the turns after it went no worse than those before.
package struct ContextKept: Sendable, Hashable, Codable {
    package var edit: Int
    package var before: ContextMeasure
    package var after: ContextMeasure
    package var isBetter: Bool

    package init(edit: Int, before: ContextMeasure, after: ContextMeasure, isBetter: Bool) {
        self.edit = edit
        self.before = before
        self.after = after
        self.isBetter = isBetter
    }
}
