// `npx drizzle-kit generate` compares the schema with the last snapshot and writes the next SQL file to migrations/.
import { defineConfig } from 'drizzle-kit';

export default defineConfig({ dialect: 'sqlite', schema: './store/schema.ts', out: './migrations' });
