# One image for every service; docker-compose.yml says which main.ts each runs.
FROM node:24-bookworm-slim
WORKDIR /huimin
COPY package.json package-lock.json ./
RUN npm ci --omit=dev && npm cache clean --force
COPY . .
USER node
