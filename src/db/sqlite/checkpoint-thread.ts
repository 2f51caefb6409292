import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';

const INTERVAL_MS = 200;

const db = new DatabaseSync(String(workerData));
// The log is on the disk before it is copied, and the copy before the log is used anew.
db.exec('PRAGMA synchronous = NORMAL');
const checkpoint = db.prepare('PRAGMA wal_checkpoint(PASSIVE)');

// Passive: it copies what it can and waits for nobody. What it cannot do now it does the next time.
const timer = setInterval(() => checkpoint.all(), INTERVAL_MS);

parentPort?.once('message', () => {
  clearInterval(timer);
  db.close();
});
