/// What a user entered at the prompt of `lathe chat`.
package enum ChatEntry: Sendable, Hashable {
    case task(String)
    case help
    /// The variables of the session.
    case state
    /// The last cell is to be undone.
    case undo
    /// `/exit`, or the end of the input.
    case exit
    /// A line that begins with `/` and is no command; with what to say about it.
    case unknown(String)

    package static let helpText = """
        Write a task and press Enter. A line that ends with \\ goes on in the next one;
        a line of ``` begins and ends a longer text.
          /state   the variables of the session
          /undo    undo the last cell: variables are as before it, files are not
          /help    this text
          /exit    leave (Ctrl-D too); the session stays
        Ctrl-C clears the line, or stops the task under way. Up brings earlier lines of
        this project back, Ctrl-R searches them; a line that begins with a space, or
        looks like a secret, is not kept.

        """
}
