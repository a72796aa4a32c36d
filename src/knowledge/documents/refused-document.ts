import { AppError, type ErrorCode } from '../../errors.ts'

/** An error of the table whose sentence was filled elsewhere: in another thread, or when it was stored. */
export class RefusedDocument extends AppError {
  constructor({ code, message }: { readonly code: ErrorCode; readonly message: string }, cause?: unknown) {
    super(code, { cause })
    this.message = message
  }
}
