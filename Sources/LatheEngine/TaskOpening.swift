internal import LatheVocabulary

/// The cell with which a task begins that asks for a form of work.
struct TaskOpening: Sendable, Hashable {
    let cell: Cell

    /// Nil for a task that its model begins.
    init?(_ form: TaskForm?, _ task: String) {
        guard let form else { return nil }
        cell = Cell(number: 0, code: form.opening(of: task), author: .form)
    }
}
