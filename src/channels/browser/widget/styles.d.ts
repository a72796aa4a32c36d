// Made when the widget is bundled: `conversation.css` and `widget.css`.
export const css: string
