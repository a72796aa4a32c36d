import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'

const HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n'

/** Writes on until nobody takes it any more. */
function pour(socket: Socket, piece: string): void {
  const more = (): void => {
    while (!socket.destroyed && socket.write(piece));
  }
  socket.on('drain', more)
  more()
}

function drip(socket: Socket, piece: string): void {
  const timer = setInterval(() => socket.write(piece), 10)
  socket.on('close', () => clearInterval(timer))
}

/** What can be at the other end of a connection, by name. */
export const HOSTILE: Readonly<Record<string, (socket: Socket) => void>> = {
  'says nothing': () => undefined,
  'closes at once': (socket) => socket.end(),
  'resets the connection': (socket) => socket.resetAndDestroy(),
  'speaks another protocol': (socket) => socket.write('SSH-2.0-OpenSSH_9.9\r\n'),
  'sends bytes at random': (socket) =>
    socket.write(Buffer.from(Array.from({ length: 4096 }, (_, at) => (at * 97) % 256))),
  'drips its head': (socket) => drip(socket, 'X'),
  'has endless headers': (socket) => pour(socket, `${HEAD}${'X-More: yes\r\n'.repeat(1000)}`),
  'resets after the head': (socket) => socket.write(`${HEAD}\r\n`, () => socket.resetAndDestroy()),
  'lies about its length': (socket) => socket.end(`${HEAD}Content-Length: 1000\r\n\r\nevent: meta\n`),
  'breaks its chunks': (socket) => socket.end(`${HEAD}Transfer-Encoding: chunked\r\n\r\nzz\r\nevent`),
  'never stops': (socket) => (
    socket.write(`${HEAD}\r\n`),
    pour(socket, 'event: text\ndata: {"text": "x"}\n\n'.repeat(500))
  ),
  'sends one endless line': (socket) => (socket.write(`${HEAD}\r\n`), pour(socket, 'x'.repeat(65_536))),
  'drips comments': (socket) => (socket.write(`${HEAD}\r\n`), drip(socket, ': still here\n')),
  'sends an endless page': (socket) => (
    socket.write('HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n'),
    pour(socket, '<p>'.repeat(20_000))
  ),
}

export interface HostileServer extends AsyncDisposable {
  readonly url: URL
}

/** Greets every request so; closed when disposed. */
export async function startHostileServer(greet: (socket: Socket) => void): Promise<HostileServer> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => sockets.delete(socket))
    socket.once('data', () => greet(socket))
    socket.on('data', () => undefined)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: new URL(`http://127.0.0.1:${port}/`),
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
