import { DatabaseSync } from 'node:sqlite';
import { workerData } from 'node:worker_threads';

const INTERVAL_MS = 200;

const db = new DatabaseSync(String(workerData));
// The log is on the disk before it is copied, and the copy before the log is used anew.
db.exec('PRAGMA synchronous = NORMAL');
const checkpoint = db.prepare('PRAGMA wal_checkpoint(PASSIVE)');

// Passive: it copies what it can and waits for nobody.
setInterval(() => {
  try {
    checkpoint.all();
  } catch {
    // The disk is full, or the file is being closed: the next time, or the commit that the log has grown too long for.
  }
}, INTERVAL_MS);
